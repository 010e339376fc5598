"""CSV with a header: a column called title, and others as in JSON Lines."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

from kg.sources.record import KNOWN, MAX_ABSTRACT, Record, plain
from kg.sources.report import Problem, SourceError
from kg.sources.text import MAX_LINE, Line, Lines

DELIMITERS = ",;\t|"
MAX_RECORD = 10 * MAX_ABSTRACT  # characters; what runs on longer is a quote that never closes
csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))


def delimiter(header: str) -> str | None:
    """What separates the columns of a header; None where it has no column called title."""
    best = (0, "")
    for sign in DELIMITERS:
        try:
            names = [plain(name) for name in _row([header], sign)]
        except csv.Error:  # quotes that are right with another sign
            continue
        if "title" in names:
            best = max(best, (len(names), sign))
    return best[1] or None


def _row(texts: Iterable[str], sign: str) -> list[str]:
    """The cells of one record, taking as many lines as it has.

    Raises:
        csv.Error: the quotes do not match, or do not close.
    """
    return next(csv.reader(texts, delimiter=sign, strict=True, skipinitialspace=True), [])


def records(lines: Lines, note: Callable[[int | None, str], None]) -> Iterator[Record]:
    """Read one record a row.

    Where quotes do not match, only that record's first line is given up, and reading goes on with the next line.

    Raises:
        SourceError: the first line names no column title, or two.
    """
    source = _Ahead(lines)
    header, sign = _header(source, lines.name)
    unread = [name for name in header if name not in KNOWN]
    if unread:
        note(1, f"columns that are not read: {', '.join(unread[:20])}")
    while (first := source.next()) is not None:
        if first.text.strip():
            yield _record(source, first, header, sign)


class _Ahead:
    """Lines that can be put back."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self._back: deque[Line] = deque()

    def next(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def put_back(self, lines: list[Line]) -> None:
        self._back.extendleft(reversed(lines))


def _header(source: _Ahead, name: str) -> tuple[list[str], str]:
    line = source.next()
    while line is not None and (not line.text.strip() or line.text.strip().lower().startswith("sep=")):
        line = source.next()
    if line is None:
        raise SourceError(Problem(name, None, "is empty"))
    sign = delimiter(line.text)
    if sign is None:
        raise SourceError(Problem(name, line.number, "the header has no column called title"))
    header = [plain(cell) for cell in _row([line.text], sign)]
    twice = [cell for cell, count in Counter(header).items() if count > 1 and cell in KNOWN]
    if twice:
        raise SourceError(Problem(name, line.number, f"the header has two columns called {twice[0]}"))
    return header, sign


def _record(source: _Ahead, first: Line, header: list[str], sign: str) -> Record:
    taken: list[Line] = []

    def texts() -> Iterator[str]:
        line: Line | None = first
        size = 0
        while line is not None and size < MAX_RECORD:
            taken.append(line)
            size += len(line.text)
            yield line.text + "\n"
            line = source.next()

    try:
        row = _row(texts(), sign)
    except csv.Error as error:
        source.put_back(taken[1:])
        return Record(first.number, fault=f"the quotes do not match: {error}")
    fault = next((line.fault for line in taken if line.fault), None)
    if fault is None and len(row) < len(header):
        fault = f"{len(row)} cells where the header has {len(header)}"
    if fault is None and any(cell.strip() for cell in row[len(header) :]):
        fault = (
            f"{len(row)} cells where the header has {len(header)}; text with a {sign!r} in it needs quotes"
        )
    if fault:
        return Record(first.number, fault=fault)
    return Record(first.number, ({name: cell or None for name, cell in zip(header, row, strict=False)},))
