"""kg lookup, kg stats, kg schema: what is in the graph."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from kg.cli.entry import answer_lines, guess_lines
from kg.cli.exits import NOT_ALL
from kg.cli.options import json_option, store_option
from kg.cli.tables import plain_table, write_json
from kg.cli.terminal import TEXT, paint


@click.command()
@click.argument("name", type=TEXT)
@store_option
@click.option("--all", "everything", is_flag=True, help="Show every paper, relation and result.")
@click.option(
    "--limit", type=click.IntRange(1), default=5, show_default=True, help="Items to show of each list."
)
@json_option
@click.pass_context
def lookup(ctx: click.Context, name: str, store: str, everything: bool, limit: int, as_json: bool) -> None:
    """Show what the papers say about NAME.

    NAME is a name in any spelling, an alias, or a node's key such as model:foolm. Shown are its type and
    aliases, the papers that introduce and mention it, its relations and results, each with the sentence that
    says it. Where nothing has the name, a slip in a long word is mended and said; else the nearest names are
    listed and the exit status is 1. Names that differ in a number are never taken for each other.

    \b
    Examples:
      kg lookup qwen2.5
      kg lookup "chain of thought" --all
      kg lookup model:foolm --json
    """
    from kg.api import open

    with open(store, read_only=True) as graph:
        answer = graph.lookup(name)
    if as_json:
        write_json(asdict(answer))
    elif answer.entries:
        for line in answer_lines(answer, None if everything else limit):
            click.echo(line)
    else:
        for line in guess_lines(answer):
            click.echo(line, err=True)
    if not answer.entries:
        ctx.exit(NOT_ALL)


@click.command()
@store_option
@json_option
def stats(store: str, as_json: bool) -> None:
    """Count what is in the graph, by label and by relation.

    Shown are also the most mentioned names of each type.

    \b
    Examples:
      kg stats
      kg stats --store other.kgl --json
    """
    from kg.api import open

    with open(store, read_only=True) as graph:
        found = graph.stats()
    if as_json:
        write_json(asdict(found))
        return
    for head, counts in (("node", found.nodes), ("relation", found.relations)):
        sys.stdout.writelines(f"{line}\n" for line in plain_table((head, "count"), list(counts.items())))
        sys.stdout.write("\n")
    for line in largest_lines(found.largest):
        click.echo(line)


def largest_lines(largest: dict[str, list[tuple[str, int]]]) -> list[str]:
    """The most mentioned names, a line for each type."""
    return [
        f"{paint(label, bold=True)}: " + ", ".join(f"{name} ({papers:,})" for name, papers in names)
        for label, names in largest.items()
        if names
    ]


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "mermaid", "cypher"]),
    default="table",
    show_default=True,
    help="A table, a Mermaid diagram, or Cypher for constraints and indexes.",
)
def schema(form: str) -> None:
    """Print the graph's schema: nodes, relations and their properties.

    \b
    Examples:
      kg schema
      kg schema --format mermaid > schema.mmd
      kg schema --format cypher
    """
    from kg import graph_schema

    text = {"table": graph_schema.table, "mermaid": graph_schema.mermaid, "cypher": graph_schema.cypher}[
        form
    ]()
    sys.stdout.write(text.rstrip("\n") + "\n")
