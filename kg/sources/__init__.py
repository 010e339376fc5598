"""Sources: files, pipes and streams of papers, read one at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from kg.papers import Paper
from kg.sources import csv_file, daily, jsonl, listing
from kg.sources.arxiv_id import ArxivId, abstract_url, parse_arxiv_id
from kg.sources.detect import detect
from kg.sources.record import Record, RecordError, paper_from
from kg.sources.report import Problem, ReadReport, SourceError
from kg.sources.text import Lines, Source, check_encoding, check_source, open_lines

__all__ = [
    "FORMATS",
    "ArxivId",
    "Problem",
    "ReadReport",
    "SourceError",
    "abstract_url",
    "parse_arxiv_id",
    "read_papers",
]

FORMATS = ("listing", "daily", "jsonl", "csv")
_log = logging.getLogger(__name__)


def read_papers(
    sources: Iterable[Source] | Source,
    *,
    format: str | None = None,
    strict: bool = False,
    report: ReadReport | None = None,
    encoding: str | None = None,
    year: int | None = None,
) -> Iterator[Paper]:
    """Read papers from sources, one at a time, in their order.

    A record that cannot be read is reported and skipped; a source that breaks off keeps what stood before the
    break, and the next source is read. Who passes a report looks at ``report.failures`` and ``report.problems``
    afterwards; without one, problems go to the log and a failure is raised once all that can be read was given
    out.

    Args:
        sources: paths, ``-`` for standard input, or streams of bytes; gzip is unpacked.
        format: one of ``FORMATS``; seen from the content if None.
        strict: stop at the first record that cannot be read; it is then in ``report.failures`` too.
        report: filled as papers come.
        encoding: of sources without a byte order mark; UTF-8 if None.
        year: of a listing's dates that name none.

    Returns:
        The papers. A paper without an abstract is one too, with an empty text.

    Raises:
        SourceError: at once, a path is missing or a folder, or format or encoding are unknown; while reading
            without a report, a source failed.
    """
    if isinstance(sources, str | Path) or hasattr(sources, "read"):
        sources = [sources]  # type: ignore[list-item]
    sources = list(sources)
    if format is not None and format not in FORMATS:
        raise SourceError(Problem(f"--from {format}", None, f"no such format; one of {', '.join(FORMATS)}"))
    check_encoding(encoding)
    for source in sources:
        check_source(source)
    return _read(sources, format, strict, report, encoding, year)


def _read(
    sources: list[Source],
    format: str | None,
    strict: bool,
    given: ReadReport | None,
    encoding: str | None,
    year: int | None,
) -> Iterator[Paper]:
    report = given or ReadReport(on_problem=_log.warning, on_note=_log.info)
    failed: SourceError | None = None
    for source in sources:
        try:
            with open_lines(source, encoding) as lines:
                for record in _records(lines, format, year, report):
                    papers, problems = _papers(record, lines.name, report)
                    yield from papers
                    if problems and strict:
                        raise SourceError(problems[0])
        except SourceError as error:
            if strict and given is None:
                raise
            report.add_failure(error.problem)
            failed = failed or error
            if strict:
                return
    if given is None and failed is not None:
        raise failed


def _records(lines: Lines, format: str | None, year: int | None, report: ReadReport) -> Iterator[Record]:
    while not lines.head.strip():
        if not lines.more():
            if lines.broken is not None:
                raise lines.broken
            raise SourceError(Problem(lines.name, None, "is empty"))
    note = partial(_note, report, lines.name)
    match format or detect(lines):
        case "listing":
            return listing.records(lines, year, note)
        case "daily":
            return daily.records(lines)
        case "csv":
            return csv_file.records(lines, note)
        case _:
            return jsonl.records(lines)


def _note(report: ReadReport, file: str, line: int | None, *text: str) -> None:
    report.add_note(Problem(file, line, "".join(text)))


def _papers(record: Record, file: str, report: ReadReport) -> tuple[list[Paper], list[Problem]]:
    """The papers of a record, counted, and what is wrong with it."""
    papers: list[Paper] = []
    reasons = [record.fault] if record.fault else []
    for number, item in enumerate(record.items, 1):
        place = f"paper {number} of {len(record.items)}: " if len(record.items) > 1 else ""
        try:
            papers.append(paper_from(item, partial(_note, report, file, record.line, place)))
        except RecordError as error:
            reasons.append(f"{place}{error}")
    problems = [Problem(file, record.line, reason) for reason in reasons]
    for problem in problems:
        report.add_problem(problem)
    if problems:
        report.skipped += 1
    elif any(paper.abstract for paper in papers):
        report.read += 1
    else:
        report.empty += 1
    report.papers += len(papers)
    report.withdrawn += sum(paper.withdrawn for paper in papers)
    return papers, problems
