"""What became of every record: counts, and a line for each that was not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 1000  # of each list; the counts go on


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: ``line`` counts from 1, and is None where the whole file is meant."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}"


class SourceError(Exception):
    """A source cannot be read, or not to its end; the message is one line that says what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class ReadReport:
    """Counts of one reading; ``records == read + skipped + empty`` always.

    A record is a line of JSON Lines, a row of a CSV, an item of a JSON array, a paper of a listing.

    Attributes:
        read: records whose papers have an abstract.
        skipped: records of which something could not be read; each is in ``problems``.
        empty: records whose papers have no abstract; they are papers all the same.
        papers: papers given out. An array on one line is one record and several papers.
        withdrawn: papers among them that say they were withdrawn.
        failed: sources that could not be read to their end; each is in ``failures``.
        problems: why records were skipped (the first 1000).
        failures: why sources failed.
        notes: what was assumed, or left out of a paper that was read (the first 1000).
        on_problem: called with each problem and each failure as it comes.
        on_note: called with each note as it comes.
    """

    read: int = 0
    skipped: int = 0
    empty: int = 0
    papers: int = 0
    withdrawn: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    on_problem: Callable[[Problem], None] | None = None
    on_note: Callable[[Problem], None] | None = None

    @property
    def records(self) -> int:
        """Records that came in."""
        return self.read + self.skipped + self.empty

    def add_problem(self, problem: Problem) -> None:
        """Keep why a record, or a part of it, was not read."""
        _keep(self.problems, problem, self.on_problem)

    def add_failure(self, problem: Problem) -> None:
        """Count a source that failed, and keep why."""
        self.failed += 1
        _keep(self.failures, problem, self.on_problem)

    def add_note(self, problem: Problem) -> None:
        """Keep what was assumed or left out."""
        _keep(self.notes, problem, self.on_note)


def _keep(kept: list[Problem], problem: Problem, call: Callable[[Problem], None] | None) -> None:
    if len(kept) < KEPT:
        kept.append(problem)
    if call is not None:
        call(problem)
