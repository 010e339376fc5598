"""Claims: what one paper's text says, as dataclasses and as JSON lines."""

from __future__ import annotations

from dataclasses import dataclass

from kg.papers import Paper

EntityRef = int | str  # an entity's id within the paper, or "paper"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence that says it; ``paper.text[start:end] == sentence``."""

    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing the paper names, with every form and place of it."""

    id: int
    type: str
    name: str
    surface_forms: tuple[str, ...]
    introduced: bool
    mentions: tuple[tuple[int, int], ...]
    confidence: float | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """One typed relation; ``head`` is an entity's id or "paper"."""

    head: EntityRef
    type: str
    tail: int
    outcome: str | None = None
    confidence: float | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One number that reports quality; ``text`` is the value as written, with ``mention`` its place."""

    subject: EntityRef | None
    benchmark: int | None
    metric: int | None
    value: float
    unit: str | None
    kind: str
    versus: EntityRef | None = None
    qualifier: str | None = None
    text: str | None = None
    mention: tuple[int, int] | None = None
    confidence: float | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class PaperClaims:
    """Everything one reader claims about one paper."""

    paper: Paper
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    results: tuple[Result, ...] = ()
    reader: str | None = None
