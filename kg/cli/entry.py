"""A look-up's answer as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from kg.cli.terminal import paint, wrapped
from kg.finding import Ref
from kg.lookup import Answer, Entry, Relation, Said, Score


def answer_lines(answer: Answer, limit: int | None) -> Iterator[str]:
    """The answer, line by line.

    Args:
        answer: what was found.
        limit: the most items to show of each list; None shows them all.
    """
    if answer.typo:
        yield f"Nothing is called {answer.asked}. Showing what is spelled almost so:"
        yield ""
    for place, entry in enumerate(answer.entries):
        if place:
            yield ""
        yield from _entry(entry, limit)
    if answer.also:
        yield ""
        yield f"Also called {answer.asked}: " + _refs(answer.also, limit)


def guess_lines(answer: Answer) -> Iterator[str]:
    """What to say where nothing was found."""
    yield f"Nothing is called {answer.asked}."
    if answer.guesses:
        yield "Did you mean:"
        for ref in answer.guesses:
            yield f"  {ref.name}  ({_about(ref)})"


def _about(ref: Ref) -> str:
    return ref.type if ref.papers is None else f"{ref.type}, {_papers(ref.papers)}"


def _papers(count: int) -> str:
    return f"{count:,} paper{'' if count == 1 else 's'}"


def _refs(refs: Sequence[Ref], limit: int | None) -> str:
    shown = ", ".join(f"{ref.name} ({_about(ref)})" for ref in refs[:limit])
    left = len(refs) - len(refs[:limit])
    return shown + (f" and {left} more" if left else "")


def _entry(entry: Entry, limit: int | None) -> Iterator[str]:
    yield f"{paint(entry.name, bold=True)}  {paint(entry.type, fg='cyan')}, {_papers(entry.papers)}  [{entry.key}]"
    others = [f"{form} ({count})" for form, count in entry.aliases if form != entry.name]
    if others:
        left = len(others) - len(others[:limit])
        yield wrapped(
            "also written: " + ", ".join(others[:limit]) + (f" and {left} more" if left else ""), "  "
        )
    for heading, words in (("Introduced by", entry.introduced), ("Mentioned by", entry.used)):
        if words:
            yield from _heading(heading, len(words))
            for word in words[:limit]:
                yield f"  {_source(word)}"
                yield from _evidence(word)
            yield from _rest(len(words), limit)
    for (kind, outgoing), group in groupby(entry.relations, key=lambda r: (r.type, r.outgoing)):
        relations = list(group)
        yield from _heading(kind if outgoing else f"{kind} (to this)", len(relations))
        for relation in relations[:limit]:
            yield from _relation(relation)
        yield from _rest(len(relations), limit)
    if entry.results:
        yield from _heading("Results", len(entry.results))
        for score in entry.results[:limit]:
            yield f"  {score_line(score)}"
            yield f"      {_source(score.said)}"
            yield from _evidence(score.said)
        yield from _rest(len(entry.results), limit)
    if entry.related:
        yield ""
        yield wrapped("Related names: " + _refs(entry.related, None), "")


def _heading(text: str, count: int) -> Iterator[str]:
    yield ""
    yield f"{paint(text, bold=True)} ({count:,})"


def _rest(count: int, limit: int | None) -> Iterator[str]:
    if limit is not None and count > limit:
        yield f"  … {count - limit:,} more; --all shows them"


def _relation(relation: Relation) -> Iterator[str]:
    arrow = "→" if relation.outgoing else "←"
    outcome = f"  {relation.outcome}" if relation.outcome else ""
    many = f"  ({_papers(len(relation.said))})" if len(relation.said) > 1 else ""
    yield f"  {arrow} {relation.other.name}{outcome}{many}"
    yield f"      {_source(relation.said[0])}"
    yield from _evidence(relation.said[0])


def _source(word: Said) -> str:
    return f"{paint(word.date or '          ', dim=True)}  {word.title}  [{word.paper}]"


def _evidence(word: Said) -> Iterable[str]:
    return [wrapped(f"“{word.evidence}”", "      ")] if word.evidence else []


def score_line(score: Score) -> str:
    """A result in words: subject, value, metric, benchmark, qualifier."""
    value = f"{score.value:+g}" if score.kind == "delta" else f"{score.value:g}"
    unit = "" if score.unit is None else score.unit if score.unit in ("%", "x") else f" {score.unit}"
    subject = score.subject.name if score.subject and score.subject.type != "Paper" else "the paper"
    parts = [f"{subject}: {value}{unit}"]
    if score.metric:
        parts.append(score.metric.name)
    if score.benchmark:
        parts.append(f"on {score.benchmark.name}")
    if score.versus:
        parts.append(f"against {score.versus.name}")
    if score.qualifier:
        parts.append(f"({score.qualifier})")
    return " ".join(parts)
