"""kg html, kg export: the graph for a browser and for other tools."""

from __future__ import annotations

import sys

import click

from kg.cli.exits import NOT_ALL, OutputError
from kg.cli.options import store_option
from kg.cli.terminal import TEXT, display


@click.command()
@click.argument("names", nargs=-1, type=TEXT, metavar="[NAME]…")
@click.option("-o", "--output", required=True, type=click.Path(), help="The page to write.")
@store_option
@click.option(
    "--depth", type=click.IntRange(0), default=1, show_default=True, help="Steps from the names to go."
)
@click.option("--title", type=TEXT, help="The page's heading.")
@click.option("--limit", type=click.IntRange(1), help="The most nodes to draw.")
@click.pass_context
def html(
    ctx: click.Context,
    names: tuple[str, ...],
    output: str,
    store: str,
    depth: int,
    title: str | None,
    limit: int | None,
) -> None:
    """Draw what lies around each NAME, or the whole graph, as one page.

    The page is one file that needs no network. Hover over a node to see what it is; click it for its facts,
    each with the sentence that says it.

    \b
    Examples:
      kg html -o graph.html
      kg html GRPO DPO -o grpo-dpo.html --depth 2
    """
    from kg.api import NameNotFoundError, open

    with open(store, read_only=True) as graph:
        try:
            summary = graph.html(output, names, depth=depth, title=title, limit=limit)
        except NameNotFoundError as error:
            click.echo(f"kg: {error.args[0]}", err=True)
            ctx.exit(NOT_ALL)
        except OSError as error:
            raise OutputError(output, error) from None
    for note in summary.notes:
        click.echo(note, err=True)
    click.echo(
        f"{display(output)}: {summary.nodes:,} nodes, {summary.facts:,} facts, {summary.results:,} results",
        err=True,
    )


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["graphml", "gexf", "json", "csv"]),
    help="The format; told from the ending of the output if left out.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(allow_dash=True),
    help="The file to write; - is standard output.",
)
@store_option
@click.pass_context
def export(ctx: click.Context, form: str | None, output: str, store: str) -> None:
    """Write the whole graph for other tools.

    graphml and gexf are for Gephi, yEd and NetworkX; json is NetworkX's node-link form; csv is two tables, of
    nodes and of edges. An older file stays as it is until the new one is whole. What a format cannot hold is
    replaced, and counted.

    \b
    Examples:
      kg export -o graph.graphml
      kg export --format json -o - | jq '.nodes | length'
      kg export --format csv -o tables/
    """
    from kg.api import open
    from kg.views.exports import FORMATS

    chosen = form or output.rpartition(".")[2].lower()
    if chosen not in FORMATS:
        raise click.UsageError(
            f"cannot tell the format from {display(output)!r}; give --format {'|'.join(FORMATS)}"
        )
    with open(store, read_only=True) as graph:
        try:
            summary = graph.export(sys.stdout.buffer if output == "-" else output, chosen)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(output, error) from None
    where = ", ".join(map(display, summary.paths)) or "standard output"
    click.echo(f"{where}: {summary.nodes:,} nodes, {summary.edges:,} edges", err=True)
    if summary.replaced:
        click.echo(f"{summary.replaced:,} characters that {chosen} cannot hold became U+FFFD", err=True)
    if summary.without_key:
        click.echo(f"{summary.without_key:,} nodes without a key were left out", err=True)
        ctx.exit(NOT_ALL)
