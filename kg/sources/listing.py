"""The text of a "Daily Papers" page, as a browser's copy gives it.

A paper is a title, a blank line, an abstract, and a footer: ``• 7 authors``, ``·``, and a date that may end in the
number of comments. Some papers have no footer, and most dates no year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from kg.sources.record import MAX_ABSTRACT, Record
from kg.sources.text import Line, Lines
from kg.sources.values import month

WINDOW = 1000  # papers looked at for the page's year before the first is given out
_AUTHORS = re.compile(r"(?:.{0,80}[•·]\s*|\s*)\d[\d,]*\s+authors?\b\s*(?:[•·]\s*(?P<date>.*))?")
_DATE = re.compile(
    r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:\s*,?\s*(?P<year>(?:19|20)\d\d))?(?:\s+\d[\d.,]*k?)?"
)
_PAGE = re.compile(r"(?:daily|trending)\s+papers", re.IGNORECASE)
_FURNITURE = re.compile(
    r"by\s*AK\b.*|new|subscribe|get\s+trending\s+papers\b.*|daily|weekly|monthly|week\s+\d+.*|submitted\s+by\b.*"
    r"|[A-Z][a-z]+\s+(?:19|20)\d\d",
    re.IGNORECASE,
)
_FILE_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)

Day = tuple[int | None, int, int]  # year, month, day


@dataclass(slots=True)
class _Entry:
    line: int
    title: str
    abstract: str
    day: Day | None = None
    page: Day | None = None
    fault: str | None = None


@dataclass(slots=True)
class _Block:
    """Lines without a blank one between them."""

    line: int
    texts: list[str] = field(default_factory=list)
    size: int = 0
    fault: str | None = None

    def add(self, line: Line) -> None:
        self.size += len(line.text)
        self.fault = self.fault or line.fault
        if self.size <= 2 * MAX_ABSTRACT:  # one that is too long is refused later; memory must not follow it
            self.texts.append(line.text.strip())

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def is_mark(line: str) -> bool:
    """Whether only a listing has such a line."""
    return bool(_AUTHORS.fullmatch(line) or _PAGE.fullmatch(line))


def records(lines: Lines, year: int | None, note: Callable[[int | None, str], None]) -> Iterator[Record]:
    """Read one record a paper.

    Args:
        lines: the page's text.
        year: of dates that name none; else the page's own, the file name's, or what the papers' dates imply.
        note: told which year was assumed.
    """
    entries = _entries(lines)
    if year is None and (named := _FILE_DATE.search(lines.name.replace("\\", "/").rsplit("/", 1)[-1])):
        year = int(named[1])
    if year is None:
        ahead = list(islice(entries, WINDOW))
        year, why = _year(ahead, date.today())
        entries = chain(ahead, entries)
        if why and any(entry.day and entry.day[0] is None for entry in ahead):
            note(None, f"dates without a year are taken to be of {year} ({why}); --year names another")
    for entry in entries:
        yield _record(entry, year, note)


def _record(entry: _Entry, year: int, note: Callable[[int | None, str], None]) -> Record:
    if entry.fault:
        return Record(entry.line, fault=entry.fault)
    item: dict[str, str | None] = {"title": entry.title, "abstract": entry.abstract}
    for name, day in (("published", entry.day), ("listed", entry.page)):
        try:
            item[name] = date(day[0] or year, day[1], day[2]).isoformat() if day else None
        except ValueError:
            note(entry.line, f"{name} is no day of the calendar and was left out")
    return Record(entry.line, (item,))


def _year(entries: list[_Entry], today: date) -> tuple[int, str | None]:
    """The page's year: its own, else after the last year that it has to name, else the last that is not to come."""
    page = next((entry.page for entry in entries if entry.page), None)
    if page and page[0]:
        return page[0], None
    bare = [entry.day[1:] for entry in entries if entry.day and entry.day[0] is None]
    last = page[1:] if page else max(bare, default=(1, 1))
    latest = today.year if last <= (today.month, today.day) else today.year - 1
    named = [entry.day[0] for entry in entries if entry.day and entry.day[0]]
    if named and max(named) < latest:
        return max(named) + 1, "the year after the last one that is named"
    return latest, "the latest such day"


def _entries(lines: Iterable[Line]) -> Iterator[_Entry]:
    """Papers as they end: at their footers, and where a title follows an abstract at once."""
    page: Day | None = None
    started = False
    run: list[_Block] = []
    for item in _parts(lines):
        if isinstance(item, _Block):
            if not started:
                if _PAGE.fullmatch(item.text):
                    run.clear()  # what stands above the heading
                    continue
                if (day := _day(item.text)) and page is None:
                    page = day
                    run.clear()
                    continue
                if _FURNITURE.fullmatch(item.text):
                    continue
            run.append(item)
            if len(run) > 3:  # enough to see whether the first paper has ended
                cut = _cut(run)
                if cut:
                    started = True
                    yield _entry(run[:cut], None, page)
                    del run[:cut]
                elif len(run) > 50:
                    run[1].texts += run.pop(2).texts
        elif run:
            started = True
            while (cut := _cut(run)) and cut < len(run):
                yield _entry(run[:cut], None, page)
                del run[:cut]
            yield _entry(run, item.day, page)
            run = []
    while run:
        cut = _cut(run) or len(run)
        yield _entry(run[:cut], None, page)
        del run[:cut]


def _cut(run: list[_Block]) -> int:
    """Where the second paper of a run of blocks begins; 0 where there is none in sight."""
    for i in range(2, len(run) - 1):
        if _like_title(run[i]) and _like_abstract(run[i + 1]) and _like_abstract(run[i - 1]):
            return i
    return 0


def _like_title(block: _Block) -> bool:
    text = block.text
    return block.size <= 250 and not text.endswith((".", ":", ";", ",")) and not text[:1].islower()


def _like_abstract(block: _Block) -> bool:
    return block.size > 250 or (block.size > 60 and block.text.endswith("."))


def _entry(run: list[_Block], day: Day | None, page: Day | None) -> _Entry:
    title, *rest = run
    fault = next((block.fault for block in run if block.fault), None)
    return _Entry(title.line, title.text, " ".join(block.text for block in rest), day, page, fault)


@dataclass(frozen=True, slots=True)
class _Footer:
    day: Day | None


def _parts(lines: Iterable[Line]) -> Iterator[_Block | _Footer]:
    """The page as blocks of text and footers."""
    block: _Block | None = None
    footer = False  # inside one whose date has not come
    for line in lines:
        text = line.text.strip()
        authors = _AUTHORS.fullmatch(text)
        if authors or text in ("·", "•"):
            if block:
                yield block
                block = None
            if authors and authors["date"]:
                yield _Footer(_day(authors["date"].strip()))
                footer = False
            elif not footer:
                footer = True
        elif not text:
            if block:
                yield block
                block = None
        elif footer:
            footer = False
            day = _day(text)
            yield _Footer(day)
            if day is None:
                block = _Block(line.number)
                block.add(line)
        else:
            if block is None:
                block = _Block(line.number)
            block.add(line)
    if block:
        yield block
    if footer:
        yield _Footer(None)


def _day(text: str) -> Day | None:
    match = _DATE.fullmatch(text)
    number = month(match["month"]) if match else None
    if not match or not number or not 1 <= int(match["day"]) <= 31:
        return None
    return (int(match["year"]) if match["year"] else None, number, int(match["day"]))
