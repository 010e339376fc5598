"""Which names of which papers are one thing: node keys from names and from the abbreviations papers define.

Everything here is a function of the set of papers, so a graph does not depend on the order of loading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.abbreviations import definitions
from kg.names import name_key, names_nothing, numbers, plain_name

__all__ = ["Own", "Resolver", "defines", "name_key", "node_key", "own_name", "plain_name"]

SEPARATOR = " = "  # no name's key holds a blank


@dataclass(frozen=True, slots=True)
class Own:
    """What one paper calls a thing, seen from that paper alone.

    ``key`` is the key of its name, of its long form where the paper defines an abbreviation; ``short`` then is
    the abbreviation's key.
    """

    type: str
    key: str
    short: str | None = None

    def __str__(self) -> str:
        return self.key if self.short is None else f"{self.short}{SEPARATOR}{self.key}"

    @classmethod
    def parse(cls, type: str, text: str) -> Own:
        """Read back what ``str`` gives."""
        short, separator, key = text.rpartition(SEPARATOR)
        return cls(type, key, short if separator else None)


@lru_cache(maxsize=1 << 14)
def defines(short: str, long: str) -> bool:
    """Whether ``short`` can be the abbreviation of ``long``: by its letters, and with the same numbers."""
    if " " in short or len(short) > 12 or len(long) <= len(short) or not any(c.isupper() for c in short):
        return False
    # GPT-4 begins GPT-4o, and MMLU MMLU-Pro: names of other things, not abbreviations.
    if numbers(name_key(short)) != numbers(name_key(long)) or name_key(long).startswith(name_key(short)):
        return False
    return definitions(f"{long} ({short})", whole=True) == [(long, short)]


def _spread(forms: Iterable[str]) -> Iterator[str]:
    """Each form, and the two that one such as "fine-tuning by preference (FTP)" holds."""
    for form in forms:
        found = definitions(form, whole=True) if form.endswith(")") else []
        for long, short in found:
            if form == f"{long} ({short})":
                yield long
                yield short
                break
        else:
            yield form


def own_name(type: str, name: str, forms: Sequence[str]) -> Own | None:
    """What a paper calls an entity.

    Args:
        type: the entity's type.
        name: the paper's name for it.
        forms: its surface forms.

    Returns:
        None where no form names anything ("our method").
    """
    named = [plain_name(form) for form in (name, *forms) if not names_nothing(form)]
    if not named:
        return None
    spread = list(dict.fromkeys(_spread(named)))
    pairs = {
        (name_key(short), name_key(long)): None
        for short in spread
        for long in spread
        if short != long and defines(short, long)
    }
    first = name_key(spread[0])
    longs = {long for _, long in pairs}
    if len(longs) == 1 and any(first in pair for pair in pairs):
        short, long = next(iter(pairs))
        return Own(type, long, short)
    # With two long forms for one abbreviation the paper is no witness.
    shorts = {short for short, _ in pairs}
    return Own(type, next((long for _, long in pairs), first) if first in shorts else first)


class Resolver:
    """Counts which abbreviation stands for which long form, and joins a pair that clearly belongs together.

    A pair is joined where most papers that define the abbreviation mean this long form, and most papers that
    abbreviate the long form do so in this way. So a node holds one long form and one abbreviation at most, and no
    single paper can chain two things; where papers disagree evenly, each long form keeps a node of its own.
    """

    def __init__(self) -> None:
        self._longs: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._shorts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)

    def add(self, owns: Iterable[Own], step: int = 1) -> None:
        """Count what one paper defines; ``step=-1`` takes it back."""
        for own in set(owns):
            if own.short is None:
                continue
            for counts, key in (
                (self._longs[own.type, own.short], own.key),
                (self._shorts[own.type, own.key], own.short),
            ):
                counts[key] = counts.get(key, 0) + step
                if not counts[key]:
                    del counts[key]

    def key(self, own: Own) -> str:
        """The key of the node that a paper's thing is."""
        return node_key(own.type, self._short(own.type, own.key) or own.key)

    def touched(self, owns: Iterable[Own]) -> dict[tuple[str, str], str]:
        """Every long form, with the key of its node, whose node may change with what these define."""
        found = set()
        for own in owns:
            if own.short is not None:
                found.add((own.type, own.key))
                found.update((own.type, long) for long in self._longs.get((own.type, own.short), ()))
        return {(type, long): self.key(Own(type, long)) for type, long in found}

    def _short(self, type: str, long: str) -> str | None:
        short = _most(self._shorts.get((type, long)))
        return short if short is not None and _most(self._longs.get((type, short))) == long else None


def _most(counts: dict[str, int] | None) -> str | None:
    """The one with more than half of all."""
    if not counts:
        return None
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] * 2 > sum(counts.values()) else None


def node_key(type: str, key: str) -> str:
    """A node's key; the type before it keeps types apart and the key from looking like a list."""
    return f"{type.lower()}:{key}"
