"""One line of a claims file, checked claim by claim: what is wrong is left out by name, the rest stays."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from kg.claims import ClaimsError, Entity, EntityRef, Evidence, PaperClaims, Relation, Result
from kg.evidence import Places, Span
from kg.graph_schema import schema
from kg.papers import Paper, title_key
from kg.sources.arxiv_id import parse_arxiv_id
from kg.sources.record import MAX_TITLE
from kg.sources.values import clean

MAX_NAME = 500  # characters; a longer "name" is text that went astray
_HALF = re.compile("[\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OUTCOMES = ("better", "similar", "worse", "unknown")
_KINDS = ("absolute", "delta")


class _LeftOutError(Exception):
    """A claim that is left out, and why."""


def read_record(record: Any, problem: Callable[[str], None]) -> PaperClaims:
    """What ``kg.claims.from_json`` says."""
    if not isinstance(record, dict):
        raise ClaimsError(f"{_kind(record)} where one paper as a JSON object should be")
    reader = _Reader(record, problem)
    return PaperClaims(
        paper=reader.paper,
        entities=tuple(reader.all("entities", reader.entity)),
        relations=tuple(reader.all("relations", reader.relation)),
        results=tuple(reader.all("results", reader.result)),
        reader=_text_or_none(record.get("reader")),
    )


class _Reader:
    """Reads the claims of one record; entities first, as the others name them."""

    def __init__(self, record: dict[str, Any], problem: Callable[[str], None]) -> None:
        self._record = record
        self._problem = problem
        title, abstract = record.get("title"), record.get("abstract")
        if not isinstance(title, str) or not title.strip():
            raise ClaimsError("no title")
        if not isinstance(abstract, str | None):
            raise ClaimsError(f"the abstract is {_kind(abstract)}, not text")
        raw = f"{title}\n{abstract or ''}"
        if half := _HALF.search(raw):
            raise ClaimsError(f"half a character (\\u{ord(half[0]):04x}) in title or abstract")
        self.paper = _paper(record, clean(title), clean(abstract or ""), problem)
        self._moved = None if self.paper.text == raw else _moves(title, abstract or "")
        self._places = Places(self.paper.text)
        self._entities: dict[int, Entity] = {}
        self._where: dict[EntityRef, tuple[Span, ...]] = {"paper": ()}

    def all(self, name: str, read: Callable[[dict[str, Any]], Any]) -> list[Any]:
        """Every claim of one list that can be read."""
        raws = self._record.get(name)
        if raws is None:
            return []
        if not isinstance(raws, list):
            self._problem(f"{name} is {_kind(raws)}, not a list")
            return []
        found = []
        for i, raw in enumerate(raws):
            try:
                if not isinstance(raw, dict):
                    raise _LeftOutError(f"{_kind(raw)}, not an object")
                found.append(read(raw))
            except _LeftOutError as error:
                self._problem(f"{name}[{i}]: {error}")
        return found

    def entity(self, raw: dict[str, Any]) -> Entity:
        """One entity."""
        id, type = raw.get("id"), raw.get("type")
        if not isinstance(id, int) or isinstance(id, bool):
            raise _LeftOutError(f"its id is {id!r:.50}, not an integer")
        if id in self._entities:
            raise _LeftOutError(f"a second entity with the id {id}")
        if type not in schema().entity_labels:
            raise _LeftOutError(f"unknown type {type!r:.50}")
        name = _line(raw.get("name"))
        if not name:
            raise _LeftOutError("no name")
        if len(name) > MAX_NAME:
            raise _LeftOutError(f"a name of {len(name)} characters ({name[:40]}…), more than {MAX_NAME}")
        given = raw.get("surface_forms")
        forms = [form for form in map(_line, given if isinstance(given, list) else [name]) if form]
        forms = [form for form in dict.fromkeys(forms) if len(form) <= MAX_NAME] or [name]
        mentions = self._mentions(raw.get("mentions"), forms)
        self._where[id] = mentions
        entity = Entity(
            id=id,
            type=type,
            name=name,
            surface_forms=tuple(forms),
            introduced=raw.get("introduced") is True,
            mentions=mentions,
            confidence=self._confidence(raw),
            evidence=self._evidence(raw, lambda: self._places.of_mentions(mentions)),
        )
        self._entities[id] = entity
        return entity

    def _mentions(self, raws: Any, forms: list[str]) -> tuple[Span, ...]:
        if not raws:
            return tuple(self._places.find(forms))
        found, reason = [], ""
        for raw in raws if isinstance(raws, list) else [raws]:
            span = self._span(raw)
            if span is None:
                reason = f"mention {raw!r:.50} is outside the text"
            elif self.paper.text[span[0] : span[1]] not in forms:
                reason = f"mention {raw!r:.50} reads {self.paper.text[span[0] : span[1]]!r:.80}"
            else:
                found.append(span)
        if not found:
            raise _LeftOutError(f"{forms[0]!r:.60}: {reason}")
        if reason:
            self._problem(f"{forms[0]!r:.60}: {reason}")
        return tuple(found)

    def relation(self, raw: dict[str, Any]) -> Relation:
        """One relation."""
        type = raw.get("type")
        if type not in schema().claim_types:
            raise _LeftOutError(f"unknown relation {type!r:.50}")
        head, tail = self._end(raw, "head", paper=True), self._end(raw, "tail")
        if head is None or not isinstance(tail, int):
            raise _LeftOutError(f"no {'head' if head is None else 'tail'}")
        outcome = raw.get("outcome")
        if outcome is not None and outcome not in _OUTCOMES:
            raise _LeftOutError(f"unknown outcome {outcome!r:.50}")
        where = self._where
        return Relation(
            head=head,
            type=type,
            tail=tail,
            outcome=outcome,
            confidence=self._confidence(raw),
            evidence=self._evidence(raw, lambda: self._places.of_pair(where[head], where[tail])),
        )

    def result(self, raw: dict[str, Any]) -> Result:
        """One result."""
        value = raw.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            raise _LeftOutError(f"its value is {value!r:.50}, not a number")
        if raw.get("kind") not in _KINDS:
            raise _LeftOutError(f"unknown kind {raw.get('kind')!r:.50}")
        subject, versus = self._end(raw, "subject", paper=True), self._end(raw, "versus", paper=True)
        benchmark, metric = self._end(raw, "benchmark"), self._end(raw, "metric")
        near = [self._where[end] for end in (metric, benchmark, subject, versus) if end is not None]
        mention = self._span(raw.get("mention"))
        text = _text_or_none(raw.get("text"))
        if mention is None or (text is not None and self.paper.text[mention[0] : mention[1]] != text):
            mention = self._places.of_number(value, near)
            text = text if mention is None else self.paper.text[mention[0] : mention[1]]

        def place() -> Span | None:
            if mention is not None:
                return self._places.sentence(mention[0])
            return next(filter(None, map(self._places.of_mentions, near)), None)

        return Result(
            subject=subject,
            benchmark=benchmark if isinstance(benchmark, int) else None,
            metric=metric if isinstance(metric, int) else None,
            value=value,
            unit=_text_or_none(raw.get("unit")),
            kind=raw["kind"],
            versus=versus,
            qualifier=_text_or_none(raw.get("qualifier")),
            text=text,
            mention=mention,
            confidence=self._confidence(raw),
            evidence=self._evidence(raw, place),
        )

    def _end(self, raw: dict[str, Any], name: str, *, paper: bool = False) -> EntityRef | None:
        end = raw.get(name)
        if end is None or (paper and end == "paper"):
            return end
        if isinstance(end, bool) or not isinstance(end, int) or end not in self._entities:
            raise _LeftOutError(f"its {name} {end!r:.50} is no entity of this paper")
        return end

    def _span(self, raw: Any) -> Span | None:
        """A pair of offsets into the text, moved along with collapsed white space."""
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            return None
        start, end = raw
        if type(start) is not int or type(end) is not int:
            return None
        if self._moved is not None:
            if not 0 <= start < end < len(self._moved):
                return None
            start, end = self._moved[start], self._moved[end]
        return (start, end) if 0 <= start < end <= len(self.paper.text) else None

    def _confidence(self, raw: dict[str, Any]) -> float | None:
        value = raw.get("confidence")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise _LeftOutError(f"its confidence is {value!r:.50}, not a number from 0 to 1")
        return float(value)

    def _evidence(self, raw: dict[str, Any], place: Callable[[], Span | None]) -> Evidence | None:
        given = raw.get("evidence")
        if isinstance(given, dict):
            span = self._span([given.get("start"), given.get("end")])
            sentence = _line(given.get("sentence"))
            if span and self.paper.text[span[0] : span[1]] == sentence:
                return Evidence(self.paper.text[span[0] : span[1]], *span)
        span = place()
        return Evidence(self.paper.text[span[0] : span[1]], *span) if span else None


def _paper(record: dict[str, Any], title: str, abstract: str, problem: Callable[[str], None]) -> Paper:
    if len(title) > MAX_TITLE:
        raise ClaimsError(f"a title of {len(title)} characters ({title[:40]}…), more than {MAX_TITLE}")
    named = (
        parse_arxiv_id(value) for value in (record.get("key"), record.get("id")) if isinstance(value, str)
    )
    found = next(filter(None, named), None)
    version = record.get("version")
    if type(version) is not int:
        version = found.version if found else None
    dates: dict[str, str | None] = {}
    for name in ("published", "listed"):
        value = _text_or_none(record.get(name))
        if value is not None and not _DATE.match(value):
            problem(f"{name} is {value!r:.50}, not a date")
            value = None
        dates[name] = value and value[:10]
    return Paper(
        key=found.key if found else title_key(title),
        title=title,
        abstract=abstract,
        version=version,
        url=_text_or_none(record.get("url")),
        published=dates["published"],
        listed=dates["listed"],
        authors=_texts(record.get("authors")),
        categories=_texts(record.get("categories")),
        comments=_text_or_none(record.get("comments")),
        withdrawn=record.get("withdrawn") is True,
    )


def _moves(title: str, abstract: str) -> list[int]:
    """Where each offset of the text lies once white space is collapsed."""
    moved: list[int] = []
    length = 0
    for part in (title, abstract):
        begin = True
        pending = False
        for char in part:
            if char.isspace() or char < " " or char == "\x7f":
                moved.append(length)
                pending = not begin
                continue
            length += pending
            begin = pending = False
            moved.append(length)
            length += 1
        moved.append(length)  # the line break, or the end
        length += 1
    return moved


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _line(value: Any) -> str:
    return clean(_HALF.sub("\ufffd", value)) if isinstance(value, str) else ""


def _text_or_none(value: Any) -> str | None:
    return _HALF.sub("\ufffd", value) if isinstance(value, str) and value.strip() else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_text_or_none, value))) if isinstance(value, list) else ()


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
