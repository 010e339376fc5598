"""kg build, kg extract, kg load: papers into claims into the graph."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.exits import INPUT, NOT_ALL, InputError, OutputError
from kg.cli.looking import largest_lines
from kg.cli.options import json_option, store_option
from kg.cli.progress import Complaints, paper_count
from kg.cli.tables import plain_table, write_json
from kg.cli.terminal import display

if TYPE_CHECKING:
    from kg.api import Stats
    from kg.load import LoadSummary
    from kg.sources import ReadReport

Command = TypeVar("Command", bound=Callable[..., Any])
Item = TypeVar("Item")

_OUTCOMES = ("new", "changed", "unchanged", "skipped", "failed")
_SOURCES = click.argument(
    "sources", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="SOURCE…"
)


def source_options(command: Command) -> Command:
    """What says how to read sources."""
    for option in (
        click.option(
            "--reader", "--extractor", default="default", show_default=True, help="Who reads the texts."
        ),
        click.option(
            "--year", type=click.IntRange(1990, 2100), help="The year of a listing's dates that name none."
        ),
        click.option("--encoding", help="The encoding of sources that do not say it.  [default: UTF-8]"),
        click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read."),
        click.option(
            "--from",
            "form",
            type=click.Choice(["listing", "daily", "jsonl", "csv"]),
            help="The format of the sources; told from their content if left out.",
        ),
    ):
        command = option(command)
    return command


quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
confidence_option = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Leave out claims the reader is less sure of.",
)


@click.command()
@_SOURCES
@store_option
@source_options
@confidence_option
@click.option(
    "--reread",
    is_flag=True,
    help="Read papers again whose text the graph has; needed after a change of --min-confidence.",
)
@quiet_option
@json_option
@click.pass_context
def build(
    ctx: click.Context,
    sources: tuple[str, ...],
    store: str,
    form: str | None,
    strict: bool,
    encoding: str | None,
    year: int | None,
    reader: str,
    min_confidence: float,
    reread: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read papers from each SOURCE and put what they say into the graph.

    A SOURCE is a file, or - for standard input: a listing's text, daily-papers JSON, JSON lines with title and
    abstract, or CSV; gzipped or not. What the graph has already is not read again, so a second run is short.
    A record that cannot be read is named and skipped.

    \b
    Examples:
      kg build papers.jsonl
      kg build listing.txt daily.json.gz --store ml.kgl
      curl … | kg build - --from jsonl
    """
    from kg.api import open, read
    from kg.sources import ReadReport

    began = time.monotonic()
    complain = Complaints()
    report = ReadReport(on_problem=complain, on_note=None if quiet else complain)
    with _input_errors():
        papers = read(list(sources), format=form, strict=strict, report=report, encoding=encoding, year=year)
        papers = _begun(ctx, papers, complain)
        with open(store) as graph:
            with paper_count(quiet or as_json) as advance:
                summary = graph.add(
                    papers, reader=reader, min_confidence=min_confidence, reread=reread, on_paper=advance
                )
            stats = graph.stats()
    complain.close()
    _complain_of_failures(summary)
    if as_json:
        write_json({"records": _record_counts(report), **_load_json(summary, stats, complain)})
    elif not quiet:
        click.echo(
            f"Read {report.read:,} papers, skipped {report.skipped:,}, {report.empty:,} without an abstract, "
            f"in {time.monotonic() - began:,.1f} s."
        )
        _print_summary(summary, stats, store)
    _exit(ctx, bool(report.failed), bool(report.skipped or summary.failed))


@click.command()
@_SOURCES
@click.option(
    "-o",
    "--output",
    default="-",
    show_default=True,
    type=click.Path(allow_dash=True),
    help="The claims file; - is standard output; gzipped where it ends in .gz.",
)
@source_options
@quiet_option
@click.pass_context
def extract(
    ctx: click.Context,
    sources: tuple[str, ...],
    output: str,
    form: str | None,
    strict: bool,
    encoding: str | None,
    year: int | None,
    reader: str,
    quiet: bool,
) -> None:
    """Read papers from each SOURCE and write what they claim, one JSON line a paper.

    Each line is written as soon as its paper is read. docs/claims.md describes the format.

    \b
    Examples:
      kg extract papers.jsonl -o claims.jsonl
      tail -f papers.jsonl | kg extract - | kg load -
    """
    from kg import api
    from kg.claims import write_claims
    from kg.sources import ReadReport

    complain = Complaints()
    report = ReadReport(on_problem=complain, on_note=None if quiet else complain)
    with _input_errors():
        papers = api.read(
            list(sources), format=form, strict=strict, report=report, encoding=encoding, year=year
        )
        if _same_file(output, sources):
            raise click.UsageError(f"{display(output)} is both a source and the output")
        claims = _begun(ctx, api.extract(papers, reader=reader), complain)
        with paper_count(quiet or output == "-") as advance:
            try:
                count = write_claims(_counted(claims, advance), output)
            except BrokenPipeError:
                raise
            except OSError as error:
                raise OutputError(output, error) from None
    complain.close()
    if not quiet:
        click.echo(
            f"Wrote the claims of {count:,} papers; skipped {report.skipped:,} records, {report.empty:,} without an "
            "abstract.",
            err=True,
        )
    _exit(ctx, bool(report.failed), bool(report.skipped))


@click.command()
@click.argument("claims", nargs=-1, required=True, type=click.Path(allow_dash=True), metavar="CLAIMS…")
@store_option
@click.option("--strict", is_flag=True, help="Stop at the first paper or claim that cannot be read.")
@confidence_option
@quiet_option
@json_option
@click.pass_context
def load(
    ctx: click.Context,
    claims: tuple[str, ...],
    store: str,
    strict: bool,
    min_confidence: float,
    quiet: bool,
    as_json: bool,
) -> None:
    """Put the claims of each CLAIMS file into the graph.

    CLAIMS is a file as "kg extract" writes it, gzipped or not; - is standard input. Claims without evidence get
    the sentence that their mentions point at. Loading the same file twice changes nothing.

    \b
    Examples:
      kg load claims.jsonl
      kg extract papers.jsonl | kg load - --store ml.kgl
    """
    from kg.api import open
    from kg.claims import ClaimsReport, read_claims
    from kg.sources.text import check_source

    complain = Complaints()
    report = ClaimsReport(on_problem=complain)
    with _input_errors():
        for path in claims:
            check_source(path)
        found = _begun(
            ctx, chain.from_iterable(read_claims(path, report, strict=strict) for path in claims), complain
        )
        with open(store) as graph:
            with paper_count(quiet or as_json) as advance:
                summary = graph.load(_counted(found, advance), min_confidence=min_confidence)
            stats = graph.stats()
    complain.close()
    _complain_of_failures(summary)
    if as_json:
        write_json({"unreadable": report.skipped, **_load_json(summary, stats, complain)})
    elif not quiet:
        click.echo(f"Read the claims of {summary.papers:,} papers; {report.skipped:,} could not be read.")
        _print_summary(summary, stats, store)
    _exit(ctx, False, bool(complain.count or summary.failed))


def _begun(ctx: click.Context, items: Iterator[Item], complain: Complaints) -> Iterator[Item]:
    """The same items, the first of them read already; where there is none, no file or store is touched."""
    first = next(items, None)
    if first is None:
        if not complain.count:
            click.echo("kg: there is nothing to read", err=True)
        ctx.exit(INPUT)
    return chain([first], items)


def _same_file(output: str, sources: tuple[str, ...]) -> bool:
    if output == "-" or not Path(output).exists():
        return False
    return any(source != "-" and Path(source).samefile(output) for source in sources)


def _counted(items: Iterator[Item], advance: Callable[[object], None]) -> Iterator[Item]:
    for item in items:
        yield item
        advance(item)


@contextmanager
def _input_errors() -> Iterator[None]:
    from extractors import ReaderNotFoundError
    from kg.sources import SourceError

    try:
        yield
    except SourceError as error:
        raise InputError(str(error)) from None
    except ReaderNotFoundError as error:
        raise click.UsageError(str(error.args[0])) from None


def _complain_of_failures(summary: LoadSummary) -> None:
    for key, reason in summary.failures:
        click.echo(f"kg: {key}: not loaded: {reason}", err=True)


def _exit(ctx: click.Context, unreadable: bool, incomplete: bool) -> None:
    if unreadable or incomplete:
        ctx.exit(INPUT if unreadable else NOT_ALL)


def _record_counts(report: ReadReport) -> dict[str, int]:
    return {"read": report.read, "skipped": report.skipped, "empty": report.empty}


def _load_json(summary: LoadSummary, stats: Stats, complain: Complaints) -> dict[str, Any]:
    return {
        "papers": summary.papers,
        **{name: getattr(summary, name) for name in _OUTCOMES},
        "left_out": dict(summary.left_out),
        "nodes": stats.nodes,
        "relations": stats.relations,
        "problems": complain.first,
    }


def _print_summary(summary: LoadSummary, stats: Stats, store: str) -> None:
    """What came of it, what the graph holds, and what to do next."""
    click.echo("Loaded: " + ", ".join(f"{getattr(summary, name):,} {name}" for name in _OUTCOMES) + ".")
    left_out = summary.left_out
    if left_out:
        click.echo(f"Left out {left_out.total():,} claims that the graph cannot hold:")
        for reason, count in left_out.most_common(5):
            click.echo(f"  {count:,} × {reason}")
    click.echo(f"\n{display(store)} now holds:")
    counts = [*stats.nodes.items(), *stats.relations.items()]
    for line in plain_table(("node or relation", "count"), counts):
        click.echo(f"  {line}")
    names = largest_lines(stats.largest)
    if not names:
        return
    click.echo("\nMost mentioned:")
    for line in names:
        click.echo(f"  {line}")
    name = next(names[0][0] for names in stats.largest.values() if names)
    given = "" if store == "graph.kgl" else f" --store {display(store)}"
    click.echo(f'\nNext:\n  kg lookup "{name}"{given}')
    click.echo(
        f'  kg query "MATCH (m:Model)-[r:BASED_ON]->(b:Model) RETURN m.name, b.name, r.evidence"{given}'
    )
    click.echo(f"  kg html -o graph.html{given}")
