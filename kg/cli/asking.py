"""kg query: Cypher in, rows out."""

from __future__ import annotations

import sys

import click

from kg.cli.exits import InputError
from kg.cli.options import store_option
from kg.cli.parameters import check_parameters, parse_parameters
from kg.cli.tables import FORMATS
from kg.cli.terminal import TEXT


@click.command()
@click.argument("cypher", type=TEXT)
@store_option
@click.option(
    "-p", "--param", "typed", multiple=True, type=TEXT, metavar="NAME=VALUE", help="A value for $NAME."
)
@click.option(
    "-t", "--text", "texts", multiple=True, type=TEXT, metavar="NAME=VALUE", help="The same, always as text."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
    help="How to print the rows.",
)
@click.option("--write", is_flag=True, help="Let the statement change the graph.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Stop it after so long."
)
def query(
    cypher: str,
    store: str,
    typed: tuple[str, ...],
    texts: tuple[str, ...],
    form: str,
    write: bool,
    timeout: float | None,
) -> None:
    """Run one CYPHER statement; - reads it from standard input.

    The statement cannot change the graph: the store's own read mode refuses it, unless you say --write.

    A VALUE given with -p is read as JSON where it is JSON: 2024 is a number, true a boolean, null nothing,
    '["a", "b"]' a list, '"2024"' text. Everything else is text: 007, a=b, FooLM. With -t it is text whatever
    it looks like. A parameter that is missing, or that the statement does not use, is an error.

    On a terminal a table wraps long cells; in a pipe or file it is as wide as it must be. In csv, lists and
    maps are JSON, and nothing is an empty cell.

    \b
    Examples:
      kg query "MATCH (m:Model)-[r:BASED_ON]->(b:Model) RETURN m.name, b.name, r.evidence"
      kg query 'MATCH (b:Benchmark {name: $name}) RETURN b' -p name=MMLU --format json
      kg query - --format csv < question.cypher > answer.csv
    """
    from kg.api import open

    if cypher == "-":
        cypher = _piped()
    if not cypher.strip():
        raise click.UsageError("the statement is empty")
    parameters = parse_parameters(typed, texts)
    check_parameters(cypher, parameters)
    with open(store, read_only=not write) as graph:
        rows = graph.query(cypher, parameters, write=write, timeout=timeout)
        for warning in rows.warnings:
            click.echo(f"kg: {warning}", err=True)
        if rows.columns:
            FORMATS[form](rows)


def _piped() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"standard input: byte {error.start + 1} is not UTF-8") from None
