"""Find a thing by what people call it, and gather what the papers say about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kg.finding import Ref, find, guess, ref_of, related
from kg.stores.base import Store

_PARTS = ("OF", "ON", "IN", "VERSUS")


@dataclass(frozen=True, slots=True)
class Said:
    """One paper's word for something.

    Attributes:
        paper: the paper's key.
        title: the paper's title.
        url: the page of its abstract.
        date: ISO date of its listing, else of its publication.
        evidence: the sentence that says it.
        start: where the sentence begins in title + line break + abstract.
        end: where it ends.
        confidence: the reader's probability that the claim is right.
    """

    paper: str
    title: str
    url: str | None = None
    date: str | None = None
    evidence: str | None = None
    start: int | None = None
    end: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation to ``other``, with every paper that says it; ``outgoing`` says that it leads there.

    ``outcome`` is that of a comparison, seen from its head.
    """

    type: str
    outgoing: bool
    other: Ref
    outcome: str | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One number with its parts; ``text`` is the value as the paper writes it."""

    key: str
    value: float
    unit: str | None
    text: str | None
    kind: str
    qualifier: str | None
    subject: Ref | None
    benchmark: Ref | None
    metric: Ref | None
    versus: Ref | None
    said: Said


@dataclass(frozen=True, slots=True)
class Entry:
    """What the graph holds on one thing.

    Attributes:
        key: the node's key.
        type: Model, Technique, Benchmark, Dataset, Task or Metric.
        name: the form that most papers use.
        aliases: every form, commonest first, with how many papers use it.
        papers: how many papers mention it.
        introduced: the papers that introduce it, newest first.
        used: the other papers that mention it, newest first.
        relations: those that most papers state first.
        results: the numbers it has a part in, newest first.
        related: things of the same type whose names begin alike, such as other sizes and versions.
    """

    key: str
    type: str
    name: str
    aliases: tuple[tuple[str, int], ...]
    papers: int
    introduced: tuple[Said, ...]
    used: tuple[Said, ...]
    relations: tuple[Relation, ...]
    results: tuple[Score, ...]
    related: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up found.

    Attributes:
        asked: the name asked for.
        entries: what bears that name, the most mentioned first; where nothing does, what has it as an alias.
        also: other things that have it as an alias.
        typo: nothing bears that name; the one entry is what was most likely meant.
        guesses: where nothing fits, what may have been meant.
    """

    asked: str
    entries: tuple[Entry, ...]
    also: tuple[Ref, ...] = ()
    typo: bool = False
    guesses: tuple[Ref, ...] = ()


def lookup(store: Store, name: str) -> Answer:
    """Look a name up: by key or name in any spelling, by alias, else by typo.

    Names that differ in a number are never taken for each other; they are guesses, or related.

    Args:
        store: the graph.
        name: a name, an alias, or a node's key such as ``model:foolm``.

    Raises:
        StoreError: the store cannot answer.
    """
    own, also = find(store, name)
    if not own:
        own, also = also[:1], also[1:]
    if own:
        return Answer(name, tuple(entry(store, ref) for ref in own), also=tuple(also))
    guesses, sure = guess(store, name)
    if sure:
        return Answer(name, (entry(store, guesses[0]),), typo=True, guesses=tuple(guesses[1:]))
    return Answer(name, (), guesses=tuple(guesses))


def entry(store: Store, ref: Ref) -> Entry:
    """Gather what the graph holds on one thing.

    Args:
        store: the graph.
        ref: a thing that is in it, as `find` gives it.
    """
    here = f"(e:`{ref.type}` {{key: $key}})"
    key = {"key": ref.key}
    (own,) = store.query(f"MATCH {here} RETURN e.aliases, e.alias_counts", key).rows or [([], [])]
    shown = "r, o.key, labels(o), coalesce(o.name, o.title), o.papers"
    edges = [
        (outgoing, *row)
        for outgoing, pattern in ((True, f"{here}-[r]->(o)"), (False, f"{here}<-[r]-(o)"))
        for row in store.query(f"MATCH {pattern} WHERE NOT o:Result RETURN {shown}", key).rows
    ]
    of_result = f"{here}<-[own:{'|'.join(_PARTS)}]-(r:Result)"
    parts: dict[str, dict[str, Ref]] = defaultdict(dict)
    results = {}
    for result, kind in store.query(f"MATCH {of_result} RETURN r, type(own)", key).rows:
        results[result["key"]] = result
        parts[result["key"]][kind] = ref
    for result, kind, *other in store.query(
        f"MATCH {of_result}-[x:{'|'.join(_PARTS)}]->(o) "
        "RETURN DISTINCT r.key, type(x), o.key, labels(o), coalesce(o.name, o.title), o.papers",
        key,
    ).rows:
        parts[result][kind] = ref_of(*other)
    papers = _papers(store, [*(row[1] for row in edges), *results.values()])

    said: dict[str, list[Said]] = {"INTRODUCES": [], "MENTIONS": []}
    relations: dict[tuple[str, bool, str, str | None], tuple[Ref, list[Said]]] = {}
    for outgoing, edge, *other in edges:
        word = _said(edge, papers)
        if edge["_type"] in said:
            said[edge["_type"]].append(word)
            continue
        end = ref_of(*other)
        group = (edge["_type"], outgoing, end.key, edge.get("outcome"))
        relations.setdefault(group, (end, []))[1].append(word)
    introduced = {word.paper for word in said["INTRODUCES"]}
    return Entry(
        key=ref.key,
        type=ref.type,
        name=ref.name,
        aliases=tuple(zip(own[0] or [], own[1] or [], strict=False)),
        papers=ref.papers or 0,
        introduced=_newest(said["INTRODUCES"]),
        used=_newest(word for word in said["MENTIONS"] if word.paper not in introduced),
        relations=tuple(
            sorted(
                (
                    Relation(kind, outgoing, end, outcome, _newest(words))
                    for (kind, outgoing, _, outcome), (end, words) in relations.items()
                ),
                key=lambda r: (r.type, not r.outgoing, -len(r.said), r.other.name, r.outcome or ""),
            )
        ),
        results=tuple(
            sorted(
                (_score(result, parts[key], papers) for key, result in results.items()),
                key=lambda score: (
                    score.said.date or "",
                    score.said.paper,
                    -(score.said.start or 0),
                    score.key,
                ),
                reverse=True,
            )
        ),
        related=related(store, ref),
    )


def _papers(store: Store, said: Iterable[Mapping[str, Any]]) -> dict[str, Said]:
    keys = sorted({item["paper"] for item in said if item.get("paper")})
    rows = store.query(
        "UNWIND $keys AS key MATCH (p:Paper {key: key}) "
        "RETURN p.key, p.title, p.url, coalesce(p.listed, p.published)",
        {"keys": keys},
    ).rows
    return {row[0]: Said(*row) for row in rows}


def _said(item: Mapping[str, Any], papers: Mapping[str, Said]) -> Said:
    paper = item.get("paper") or ""
    return replace(
        papers.get(paper) or Said(paper, paper),
        evidence=item.get("evidence"),
        start=item.get("start"),
        end=item.get("end"),
        confidence=item.get("confidence"),
    )


def _newest(words: Iterable[Said]) -> tuple[Said, ...]:
    return tuple(
        sorted(words, key=lambda word: (word.date or "", word.paper, -(word.start or 0)), reverse=True)
    )


def _score(result: Mapping[str, Any], parts: Mapping[str, Ref], papers: Mapping[str, Said]) -> Score:
    return Score(
        key=result["key"],
        value=result["value"],
        unit=result.get("unit"),
        text=result.get("text"),
        kind=result.get("kind") or "absolute",
        qualifier=result.get("qualifier"),
        subject=parts.get("OF"),
        benchmark=parts.get("ON"),
        metric=parts.get("IN"),
        versus=parts.get("VERSUS"),
        said=_said(result, papers),
    )
