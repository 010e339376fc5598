"""Where a text says it: the sentence behind a claim that came without one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from extractors.numbers import Number, find_numbers
from extractors.sentences import sentence_spans

Span = tuple[int, int]


class Places:
    """Finds sentences and forms in one paper's text.

    Args:
        text: title, line break, abstract.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._body = text.find("\n") + 1

    @cached_property
    def _sentences(self) -> list[Span]:
        return sentence_spans(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._sentences]

    @cached_property
    def _numbers(self) -> list[Number]:
        return find_numbers(self.text)

    def sentence(self, place: int) -> Span | None:
        """The sentence around an offset."""
        i = bisect_right(self._starts, place) - 1
        return self._sentences[i] if i >= 0 and place < self._sentences[i][1] else None

    def find(self, forms: Iterable[str]) -> list[Span]:
        """Every place where one of the forms stands as a whole word, the longest form first."""
        taken: list[Span] = []
        for form in sorted(filter(None, forms), key=len, reverse=True):
            start = self.text.find(form)
            while start >= 0:
                end = start + len(form)
                if self._whole(start, end) and not any(start < b and a < end for a, b in taken):
                    taken.append((start, end))
                start = self.text.find(form, end)
        return sorted(taken)

    def _whole(self, start: int, end: int) -> bool:
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        return not (before.isalnum() and self.text[start].isalnum()) and not (
            after.isalnum() and self.text[end - 1].isalnum()
        )

    def of_mentions(self, mentions: Sequence[Span]) -> Span | None:
        """The sentence of the first mention, in the abstract if it is there."""
        for start, _ in sorted(mentions, key=lambda m: (m[0] < self._body, m)):
            if found := self.sentence(start):
                return found
        return None

    def of_pair(self, heads: Sequence[Span], tails: Sequence[Span]) -> Span | None:
        """The sentence that holds mentions of both, nearest to each other; else one of the tail, of the head."""
        best: tuple[tuple[bool, int, int], Span] | None = None
        for a, b in heads:
            for c, d in tails:
                sentence = self.sentence(a)
                if sentence is None or sentence != self.sentence(c):
                    continue
                rank = (a < self._body, max(a, c) - min(b, d), a)
                if best is None or rank < best[0]:
                    best = rank, sentence
        return best[1] if best else self.of_mentions(tails) or self.of_mentions(heads)

    def of_number(self, value: float, near: Sequence[Sequence[Span]]) -> Span | None:
        """The place of a number, in the sentence that mentions most of what is near."""
        around = [{self.sentence(start) for start, _ in mentions} for mentions in near]
        found = [n for n in self._numbers if abs(n.value - abs(value)) < 1e-9]
        if not found:
            return None

        def rank(number: Number) -> tuple[bool, int, int]:
            sentence = self.sentence(number.start)
            return number.form > 0, -sum(sentence in where for where in around), number.start

        best = min(found, key=rank)
        return best.start, best.end
