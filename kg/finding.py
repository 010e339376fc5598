"""Find things by what people call them: by name in any spelling, by alias; guess at typos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg.graph_schema import ENTITY
from kg.names import name_key, numbers
from kg.stores.base import Store

_GUESSES = 8
_RELATED = 6
# A word shorter than this is another name too easily: BERT and BART, DPO and PPO.
_TYPO_LENGTH = 6
_WORDS = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Ref:
    """A node by its key, its type and what people call it; ``papers`` is how many mention it."""

    key: str
    type: str
    name: str
    papers: int | None = None


def find(store: Store, name: str) -> tuple[list[Ref], list[Ref]]:
    """The things that bear a name or key, and those that some paper calls so; each the most mentioned first."""
    wanted, asked = name_key(name), name.strip()
    rows = store.query(
        f"MATCH (e:{ENTITY}) WHERE e.key ENDS WITH $ending OR e.key = $asked "
        "OR any(alias IN e.aliases WHERE toLower(alias) = $lower) RETURN e.key, labels(e), e.name, e.papers",
        {"ending": f":{wanted}", "asked": asked, "lower": asked.lower()},
    ).rows
    rows = rows or _refs(store, _spelled_otherwise(store, wanted))
    refs = sorted((ref_of(*row) for row in rows), key=lambda ref: (-(ref.papers or 0), ref.key))
    own = [ref for ref in refs if ref.key == asked or key_of(ref.key) == wanted]
    return own, [ref for ref in refs if ref not in own]


def _spelled_otherwise(store: Store, wanted: str) -> set[str]:
    """Keys of things of which an alias, in another spelling, has the normalised name ``wanted``."""
    begin = wanted[:3]
    return {
        key
        for key, alias in _aliases(store)
        if "".join(filter(str.isalnum, alias[:8].lower())).startswith(begin) and name_key(alias) == wanted
    }


def _aliases(store: Store) -> list[tuple[str, str]]:
    """Key and form, for every form of things that have more than one."""
    # Two long lists come out of a store much faster than many short rows.
    ((keys, forms),) = store.query(
        f"MATCH (e:{ENTITY}) WHERE size(e.aliases) > 1 UNWIND e.aliases AS alias RETURN collect(e.key), collect(alias)"
    ).rows
    return list(zip(keys, forms, strict=True))


def _refs(store: Store, keys: Iterable[str]) -> list[tuple[Any, ...]]:
    return store.query(
        f"MATCH (e:{ENTITY}) WHERE e.key IN $keys RETURN e.key, labels(e), e.name, e.papers",
        {"keys": sorted(keys)},
    ).rows


def key_of(node_key: str) -> str:
    """The normalised name in an entity's key."""
    return node_key.partition(":")[2]


def ref_of(key: str, labels: Sequence[str], name: str | None, papers: int | None = None) -> Ref:
    """A row of a query as a `Ref`."""
    return Ref(key, next((label for label in labels if label != ENTITY), ENTITY), name or key, papers)


def guess(store: Store, name: str) -> tuple[list[Ref], bool]:
    """What may have been meant, best first, and whether the first is a plain typo away."""
    from rapidfuzz import fuzz, process

    ((keys, names),) = store.query(f"MATCH (e:{ENTITY}) RETURN collect(e.key), collect(e.name)").rows
    aliases = _aliases(store)
    owners = [*keys, *(key for key, _ in aliases)]
    forms = [form.lower() for form in (*names, *(alias for _, alias in aliases))]
    wanted, asked = name_key(name), name.strip().lower()
    alike: dict[str, float] = {}
    typos = set()
    for form, score, place in process.extract(asked, forms, scorer=fuzz.ratio, score_cutoff=65, limit=60):
        key = owners[place]
        same_numbers = numbers(name_key(form)) == numbers(wanted)
        alike[key] = max(score + 10 * same_numbers, alike.get(key, 0.0))
        if place < len(keys) and is_typo(asked, form):
            typos.add(key)
    longer = {key for key in keys if wanted in key_of(key)} if len(wanted) >= 3 else set()

    def rank(ref: Ref) -> tuple[Any, ...]:
        held = ref.key in longer
        begins = held and key_of(ref.key).startswith(wanted)
        score = 0.0 if held else alike.get(ref.key, 0.0)
        return ref.key not in typos, not held, not begins, -score, -(ref.papers or 0), ref.key

    ranked = sorted((ref_of(*row) for row in _refs(store, alike.keys() | longer)), key=rank)
    return ranked[:_GUESSES], not longer and len({key_of(key) for key in typos}) == 1


def is_typo(asked: str, name: str) -> bool:
    """Whether two names are one but for a slip of the finger in a long word; numbers and short words are as they are.

    >>> is_typo("deepsek-r1", "DeepSeek-R1"), is_typo("deepseek-r2", "DeepSeek-V2"), is_typo("bart", "BERT")
    (True, False, False)
    """
    from rapidfuzz.distance import OSA

    pairs = [_WORDS.findall(text.lower()) for text in (asked, name)]
    if len(pairs[0]) != len(pairs[1]):
        return False
    return all(
        a == b or (min(len(a), len(b)) >= _TYPO_LENGTH and OSA.distance(a, b) <= max(1, len(a) // 6))
        for a, b in zip(*pairs, strict=True)
    )


def related(store: Store, ref: Ref) -> tuple[Ref, ...]:
    """Things of the same type whose keys begin with the same letters, the most alike first."""
    own = key_of(ref.key)
    stem = re.match(r"[^\W\d_]{3,}", own)
    if stem is None:
        return ()
    rows = store.query(
        f"MATCH (e:`{ref.type}`) WHERE e.key STARTS WITH $stem AND e.key <> $key "
        "RETURN e.key, labels(e), e.name, e.papers",
        {"stem": f"{ref.type.lower()}:{stem[0][: max(3, len(stem[0]) - 1)]}", "key": ref.key},
    ).rows
    alike = []
    for row in rows:
        other = ref_of(*row)
        common = _common(own, key_of(other.key))
        if common * 2 >= min(len(own), len(key_of(other.key))):
            alike.append((common, other))
    alike.sort(key=lambda pair: (-pair[0], -(pair[1].papers or 0), pair[1].key))
    return tuple(other for _, other in alike[:_RELATED])


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
