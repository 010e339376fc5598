"""From a record's fields, whatever their source calls them, to a Paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.papers import Paper, title_key
from kg.sources.arxiv_id import ArxivId, abstract_url, parse_arxiv_id
from kg.sources.values import categories, clean, clean_abstract, iso_date, names, says_withdrawn

MAX_TITLE = 2_000  # characters; stores cannot index longer ones
MAX_ABSTRACT = 100_000  # characters; arXiv's own limit is 1,920, a whole paper has about 60,000
_HALF = re.compile("[\ud800-\udfff]")

# What sources call a field, in lower case and without signs; the first that is there counts.
_FIELDS = {
    "title": ("title",),
    "abstract": ("abstract", "summary"),
    "id": ("arxivid", "id", "arxiv", "entryid", "paperid", "arxivurl"),
    "address": ("url", "link", "absurl", "pdfurl", "doi"),
    "url": ("url", "link", "absurl"),
    "version": ("version",),
    "versions": ("versions",),
    "published": ("published", "publishedat", "publisheddate", "publicationdate", "datepublished"),
    "listed": ("listed", "submittedondailyat", "listedat", "listeddate"),
    "authors": ("authors", "author"),
    "categories": ("categories", "category"),
    "primary": ("primarycategory",),
    "comments": ("comments", "comment"),
    "withdrawn": ("withdrawn",),
}
KNOWN = frozenset(name for names in _FIELDS.values() for name in names)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a source: the papers' fields in it, or why it cannot be read."""

    line: int
    items: Sequence[Any] = ()
    fault: str | None = None


class RecordError(Exception):
    """A record is no paper; the message says why."""


class NumberText(str):
    """A JSON number with a point, as written: 2406.01230 is an id, not 2406.0123."""

    __slots__ = ()


def plain(name: str) -> str:
    """A field's name in lower case and without signs: ``publishedAt`` and ``Published at`` are one."""
    return re.sub(r"[\W_]+", "", name).lower()


def paper_from(item: Any, note: Callable[[str], None]) -> Paper:
    """Make a Paper of a record.

    Args:
        item: an object with at least a title; a daily-papers item has the paper one level down.
        note: called with what had to be left out of a paper that can be read.

    Raises:
        RecordError: it is no paper.
    """
    fields = _fields(item)
    title = _title(fields["title"])
    abstract = _abstract(fields["abstract"])
    found = _arxiv_id(fields)
    key = found.key if found else title_key(title)
    comments = fields["comments"] if isinstance(fields["comments"], str) else None
    history = _history(fields["versions"])

    def optional(name: str, read: Callable[[Any], Any], value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, OverflowError, OSError):
            note(f"{name} {_short(value)} cannot be read and was left out")
            return None

    return Paper(
        key=key,
        title=title,
        abstract=abstract,
        version=(found and found.version) or _version(fields["version"]) or len(history) or None,
        url=abstract_url(key) or _web(fields["url"]),
        published=optional("published", iso_date, fields["published"] or (history[0] if history else None)),
        listed=optional("listed", iso_date, fields["listed"]),
        authors=optional("authors", lambda value: _whole(names(value)), fields["authors"]) or (),
        categories=optional(
            "categories", lambda value: _whole(categories(value, fields["primary"])), fields["categories"]
        )
        or (),
        comments=optional("comments", lambda value: _whole((clean(value or ""),))[0] or None, comments),
        withdrawn=fields["withdrawn"] in (True, "true", "True", "1") or says_withdrawn(abstract, comments),
    )


def _fields(item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise RecordError(f"{_kind(item)} where an object should be")
    outer = {plain(name): value for name, value in reversed(list(item.items()))}
    inner = outer.get("paper")
    if isinstance(inner, Mapping):
        found = {plain(name): value for name, value in inner.items() if value is not None}
        # An item's own date is the day it was listed, unless it only repeats the paper's.
        day = outer.pop("publishedat", None)
        if not found.get("submittedondailyat") and not outer.get("submittedondailyat"):
            outer["submittedondailyat"] = day if day != found.get("publishedat") else None
        outer |= found
    ids = outer.get("externalids")
    if isinstance(ids, Mapping) and "arxivid" not in outer:
        outer["arxivid"] = ids.get("ArXiv")
    return {
        field: next((outer[name] for name in called if outer.get(name) is not None), None)
        for field, called in _FIELDS.items()
    } | {"ids": [outer[name] for name in (*_FIELDS["id"], *_FIELDS["address"]) if outer.get(name)]}


def _title(value: Any) -> str:
    if value is None:
        raise RecordError("no title")
    title = clean(_text("title", value))
    if not title:
        raise RecordError("the title is blank")
    if len(title) > MAX_TITLE:
        raise RecordError(f"a title of {len(title):,} characters; the longest that is read has {MAX_TITLE:,}")
    return title


def _abstract(value: Any) -> str:
    text = "" if value is None else _text("abstract", value)
    if len(text) > MAX_ABSTRACT:
        size = f"an abstract of {len(text):,} characters"
        raise RecordError(f"{size}; the longest that is read has {MAX_ABSTRACT:,}")
    return clean_abstract(text)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, NumberText):
        raise RecordError(f"the {name} is {_kind(value)}, not text")
    half = _HALF.search(value)
    if half:
        raise RecordError(
            f"the {name} holds half a character (\\u{ord(half[0]):04x}), which no text can hold"
        )
    return value


def _arxiv_id(fields: Mapping[str, Any]) -> ArxivId | None:
    """The id that stands first, with the version that it or another form of it names."""
    parsed = [parse_arxiv_id(value) for value in fields["ids"] if isinstance(value, str)]
    found = [one for one in parsed if one]
    if not found:
        return None
    versions = [one.version for one in found if one.version and one.key == found[0].key]
    return ArxivId(found[0].key, versions[0] if versions else None)


def _history(value: Any) -> list[Any]:
    """The dates of a paper's versions, oldest first."""
    if not isinstance(value, list):
        return []
    return [version.get("created") for version in value if isinstance(version, Mapping)]


def _version(value: Any) -> int | None:
    match = re.fullmatch(r"v?([1-9][0-9]{0,2})", str(value).strip(), re.IGNORECASE)
    return int(match[1]) if match else None


def _web(value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s\"<>\\^`{|}\x00-\x1f\x7f]+", value.strip()):
        return None if _HALF.search(value) else value.strip()
    return None


def _whole(texts: tuple[str, ...]) -> tuple[str, ...]:
    if any(_HALF.search(text) for text in texts):
        raise ValueError("half a character")
    return texts


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | NumberText):
        return "a number"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."
