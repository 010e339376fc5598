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
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+(?:19|20)\d\d",
    re.IGNORECASE,
)
_FILE_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)"
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
        if self.size <= MAX_ABSTRACT:
            self.texts.append(line.text.strip())
        else:  # memory must not grow with it
            self.fault = self.fault or f"a text of over {MAX_ABSTRACT:,} characters, the longest that is read"

    def join(self, other: _Block) -> None:
        for text in other.texts:
            self.add(Line(other.line, text, other.fault))

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
    if year is None:
        ahead = list(islice(entries, WINDOW))
        year, why = _year(ahead, lines.name, date.today())
        entries = chain(ahead, entries)
        if why and any(entry.day and entry.day[0] is None for entry in ahead):
            note(None, f"dates without a year are taken to be of {year} ({why}); --year names another")
    for entry in entries:
        yield _record(entry, (entry.page and entry.page[0]) or year, note)


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


def _year(entries: list[_Entry], name: str, today: date) -> tuple[int, str | None]:
    """The page's year, and how it was guessed where nothing names it.

    The page's own, else the file name's, else the one after the last year that a paper's date has to name, else
    the latest in which the page's day has been.
    """
    page = next((entry.page for entry in entries if entry.page), None)
    if page and page[0]:
        return page[0], None
    if named := _FILE_DATE.search(name.replace("\\", "/").rsplit("/", 1)[-1]):
        saved = (int(named[2] or 12), int(named[3] or 31))
        return int(named[1]) - bool(page and page[1:] > saved), None
    bare = [entry.day[1:] for entry in entries if entry.day and entry.day[0] is None]
    last = page[1:] if page else max(bare, default=(1, 1))
    latest = today.year if last <= (today.month, today.day) else today.year - 1
    years = [entry.day[0] for entry in entries if entry.day and entry.day[0]]
    if years and max(years) < latest:
        return max(years) + 1, "the year after the last one that is named"
    return latest, "the latest such day"


def _entries(lines: Iterable[Line]) -> Iterator[_Entry]:
    """Papers as they end: at their footers, and where a title follows an abstract at once."""
    page: Day | None = None
    started = False
    run: list[_Block] = []
    for part in _parts(lines):
        item: _Block | _Footer = part
        if isinstance(item, _Block) and (day := _day(item.text)):
            if any(_like_abstract(block) for block in run):
                item = _Footer(item.line, day)
            elif not started or not run:  # the page's, or of the next day on it
                page = day
                run = []
                continue
        if isinstance(item, _Footer):
            started = started or bool(run)
            while (cut := _cut(run)) and cut < len(run):
                yield _entry(run[:cut], None, page)
                run = run[cut:]
            if run:
                yield _entry(run, item.day, page)
            elif item.authors:
                yield _Entry(item.line, "", "", fault="a footer without a paper before it")
            run = []
        elif not started and _PAGE.fullmatch(item.text):
            run = []  # what stands above the heading
        elif started or not _FURNITURE.fullmatch(item.text):
            run.append(item)
            cut = _cut(run)
            if cut:
                started = True
                yield _entry(run[:cut], None, page)
                run = run[cut:]
            elif len(run) > 50:  # memory must not grow
                run[1].join(run.pop(2))
    while run:
        cut = _cut(run) or len(run)
        yield _entry(run[:cut], None, page)
        run = run[cut:]


def _cut(run: list[_Block]) -> int:
    """Where the second paper of a run of blocks begins; 0 where there is none in sight."""
    for i in range(2, len(run) - 1):
        # The second block is an abstract, however short.
        if _like_title(run[i]) and _like_abstract(run[i + 1]) and (i == 2 or _like_abstract(run[i - 1])):
            return i
    return 0


def _like_title(block: _Block) -> bool:
    text = block.text
    return block.size <= 250 and not text.endswith((".", ":", ";", ",")) and "://" not in text


def _like_abstract(block: _Block) -> bool:
    return block.size > 250 or (block.size > 60 and block.text.endswith("."))


def _entry(run: list[_Block], day: Day | None, page: Day | None) -> _Entry:
    title, *rest = run
    fault = next((block.fault for block in run if block.fault), None)
    if not rest and title.size > 400:
        fault = fault or "an abstract without a title before it"
    return _Entry(title.line, title.text, " ".join(block.text for block in rest), day, page, fault)


@dataclass(frozen=True, slots=True)
class _Footer:
    line: int
    day: Day | None
    authors: bool = False


def _parts(lines: Iterable[Line]) -> Iterator[_Block | _Footer]:
    """The page as blocks of text and footers."""
    block: _Block | None = None
    footer: _Footer | None = None  # one whose date has not come
    for line in lines:
        text = line.text.strip()
        authors = _AUTHORS.fullmatch(text)
        ends = bool(authors) or text in ("·", "•")
        if block and (ends or not text):
            yield block
            block = None
        if ends:
            footer = footer or _Footer(line.number, None, bool(authors))
            if authors and authors["date"]:
                yield _Footer(line.number, _day(authors["date"].strip()), True)
                footer = None
        elif text:
            if footer:
                day = _day(text)
                yield _Footer(footer.line, day, footer.authors)
                footer = None
                if day:
                    continue
            block = block or _Block(line.number)
            block.add(line)
    if block:
        yield block
    if footer:
        yield footer


def _day(text: str) -> Day | None:
    match = _DATE.fullmatch(text)
    number = month(match["month"]) if match else None
    if not match or not number or not 1 <= int(match["day"]) <= 31:
        return None
    return (int(match["year"]) if match["year"] else None, number, int(match["day"]))
