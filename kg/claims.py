"""Claims: what one paper's text says, as dataclasses and as JSON lines."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from kg.papers import Paper
from kg.sources.jsonl import ERRORS
from kg.sources.jsonl import reason as not_json
from kg.sources.report import KEPT, Problem, SourceError
from kg.sources.text import Source, open_lines

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


class ClaimsError(ValueError):
    """A paper's claims that cannot be read; the message says what is wrong and where."""


@dataclass(slots=True)
class ClaimsReport:
    """What became of the lines of claims files.

    Attributes:
        papers: papers given out.
        skipped: lines that gave none.
        left_out: claims left out of papers that were read.
        problems: why, for the first 1000 of both.
        on_problem: called with each as it comes.
    """

    papers: int = 0
    skipped: int = 0
    left_out: int = 0
    problems: list[Problem] = field(default_factory=list)
    on_problem: Callable[[Problem], None] | None = None

    def add(self, problem: Problem) -> None:
        """Keep why something was left out."""
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        if self.on_problem is not None:
            self.on_problem(problem)


# --- Out -------------------------------------------------------------------------------------------------


def to_json(claims: PaperClaims) -> dict[str, Any]:
    """One paper's claims in the format of a claims file; what is unknown is left out."""
    paper = claims.paper
    record: dict[str, Any] = {
        "id": paper.key.removeprefix("arxiv:"),
        "key": paper.key,
        "title": paper.title,
        "abstract": paper.abstract,
    }
    for name in ("version", "url", "published", "listed", "comments"):
        if (value := getattr(paper, name)) is not None:
            record[name] = value
    for name in ("authors", "categories"):
        if value := getattr(paper, name):
            record[name] = list(value)
    if paper.withdrawn:
        record["withdrawn"] = True
    if claims.reader is not None:
        record["reader"] = claims.reader
    record["entities"] = [
        {
            "id": entity.id,
            "type": entity.type,
            "name": entity.name,
            "surface_forms": list(entity.surface_forms),
            "introduced": entity.introduced,
            "mentions": [list(mention) for mention in entity.mentions],
            **_support(entity),
        }
        for entity in claims.entities
    ]
    record["relations"] = [
        {
            "head": relation.head,
            "type": relation.type,
            "tail": relation.tail,
            **({} if relation.outcome is None else {"outcome": relation.outcome}),
            **_support(relation),
        }
        for relation in claims.relations
    ]
    record["results"] = [
        {
            "subject": result.subject,
            "benchmark": result.benchmark,
            "metric": result.metric,
            "value": result.value,
            "unit": result.unit,
            "kind": result.kind,
            "versus": result.versus,
            "qualifier": result.qualifier,
            **({} if result.text is None else {"text": result.text}),
            **({} if result.mention is None else {"mention": list(result.mention)}),
            **_support(result),
        }
        for result in claims.results
    ]
    return record


def _support(claim: Entity | Relation | Result) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if claim.confidence is not None:
        found["confidence"] = claim.confidence
    if (evidence := claim.evidence) is not None:
        found["evidence"] = {
            "sentence": evidence.sentence,
            "start": evidence.start,
            "end": evidence.end,
        }
    return found


def write_claims(claims: Iterable[PaperClaims], to: str | Path | IO[str]) -> int:
    """Write one JSON line a paper, each as soon as it comes.

    Args:
        claims: any iterable; it is never held as a whole.
        to: a path (gzipped where it ends in ``.gz``), ``-`` for standard output, or an open text file.

    Returns:
        How many papers were written.
    """
    count = 0
    with _writer(to) as out:
        for claim in claims:
            # Lone surrogates cannot be written as UTF-8; as an escape in ASCII they survive.
            line = json.dumps(to_json(claim), ensure_ascii=False)
            out.write(line if _is_text(line) else json.dumps(to_json(claim)))
            out.write("\n")
            out.flush()
            count += 1
    return count


@contextmanager
def _writer(to: str | Path | IO[str]) -> Iterator[IO[str]]:
    if not isinstance(to, (str, Path)):
        yield to
    elif str(to) == "-":
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
        try:
            yield out
        finally:
            out.detach()
    else:
        opener = gzip.open if str(to).endswith(".gz") else open
        with opener(to, "wt", encoding="utf-8", newline="\n") as file:
            yield file


def _is_text(line: str) -> bool:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# --- In --------------------------------------------------------------------------------------------------


def from_json(record: Any, problem: Callable[[str], None] = lambda reason: None) -> PaperClaims:
    """Read one paper's claims.

    White space in title and abstract is collapsed and every offset moved along; a claim without evidence gets
    the sentence that its mentions point at.

    Args:
        record: the object of one line.
        problem: told the reason for each claim that is left out.

    Raises:
        ClaimsError: the paper as a whole cannot be read.
    """
    from kg.claims_in import read_record

    return read_record(record, problem)


def read_claims(
    source: Source, report: ClaimsReport | None = None, *, strict: bool = False
) -> Iterator[PaperClaims]:
    """Read a claims file line by line.

    Args:
        source: a path, ``-`` for standard input, or an open binary file; gzipped or not.
        report: counts papers, and the lines and claims left out, each with file, line and reason.
        strict: stop at the first of those.

    Raises:
        SourceError: the file cannot be read to its end, or ``strict`` and something is wrong.
    """
    report = report if report is not None else ClaimsReport()
    with open_lines(source) as lines:
        for line in lines:
            if not line.text.strip():
                continue
            left_out: list[str] = []
            fault, claims = line.fault, None
            if fault is None:
                fault, claims = _read_line(line.text, left_out.append)
            for reason in left_out if fault is None else [fault]:
                problem = Problem(lines.name, line.number, reason)
                if strict:
                    raise SourceError(problem)
                report.add(problem)
            report.left_out += len(left_out)
            if claims is None:
                report.skipped += 1
            else:
                report.papers += 1
                yield claims


def _read_line(text: str, left_out: Callable[[str], None]) -> tuple[str | None, PaperClaims | None]:
    """What is wrong with a line as a whole, or its claims."""
    try:
        return None, from_json(json.loads(text, parse_constant=_no_number), left_out)
    except (ClaimsError, *ERRORS) as error:
        return str(error) if isinstance(error, ClaimsError) else not_json(error), None


def _no_number(constant: str) -> float:
    raise ClaimsError(f"not JSON: {constant} is no number")
