"""Claims into a store: one paper once, its newest text, and every entity's names as its papers use them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.claims import PaperClaims
from kg.graph_schema import schema
from kg.papers import Paper, title_key
from kg.records import Record, from_claims, node_label, read_records
from kg.resolve import Own, Resolver
from kg.stores.base import Changes, Node, Store, StoreError
from kg.stores.values import clean

BATCH = 200  # papers
_GIVE_UP = 3  # papers in a row that the store refuses one by one
KEPT = 100  # failures that a summary names


class LoadError(StoreError):
    """The store does not hold what was written."""


@dataclass(slots=True)
class LoadSummary:
    """What became of every paper: ``papers == new + changed + unchanged + skipped + failed`` always.

    Attributes:
        papers: papers that came in.
        new: papers that the store did not have.
        changed: papers whose claims or particulars are other than the store's.
        unchanged: papers that the store has just so.
        skipped: older versions of papers that the store has.
        failed: papers that the store refused; the first hundred are in ``failures`` with the reason.
        without_abstract: papers among them that have no abstract, hence no claims.
        withdrawn: papers among them that were withdrawn, hence have no claims.
        left_out: claims that the graph cannot hold, by reason.
        before: nodes by label and edges by type, counted in the store before.
        after: the same, counted in the store after.
    """

    papers: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    without_abstract: int = 0
    withdrawn: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    def added(self) -> dict[str, int]:
        """By label and type, how many more the store holds now (fewer where negative)."""
        names = dict.fromkeys((*self.before, *self.after))
        change = {name: self.after.get(name, 0) - self.before.get(name, 0) for name in names}
        return {name: count for name, count in change.items() if count}


def load_claims(
    store: Store,
    claims: Iterable[PaperClaims],
    *,
    min_confidence: float = 0.0,
    batch_size: int = BATCH,
    on_progress: Callable[[LoadSummary], None] | None = None,
) -> LoadSummary:
    """Write papers and their claims; what is already there just so is not written again.

    Each batch is written whole or not at all. Where reading the claims ends in an error or is interrupted, what
    was read before is written first.

    Args:
        store: open for writing.
        claims: any iterable; it is never held as a whole.
        min_confidence: claims below it are left out, from 0 to 1.
        batch_size: papers written at once.
        on_progress: called with the summary so far after each batch; the same object each time.

    Returns:
        The summary, its nodes and edges counted in the store.

    Raises:
        StoreError: the store cannot go on; what was reported by ``on_progress`` is in it.
        LoadError: the store holds something else than was written.
    """
    store.ensure_schema()
    summary = LoadSummary(before=store.counts())
    loader = _Loader(store, summary, min_confidence)
    for batch in _batches(claims, batch_size):
        loader.write(batch)
        if on_progress is not None:
            on_progress(summary)
    summary.after = store.counts()
    return summary


def _batches(claims: Iterable[PaperClaims], size: int) -> Iterator[list[PaperClaims]]:
    """Runs of papers in which no paper comes twice, under its key or its title."""
    batch: list[PaperClaims] = []
    seen: set[str] = set()
    source = iter(claims)
    while True:
        stopped: BaseException | None = None
        try:
            one = next(source, None)
        except BaseException as error:  # given on when what came before is written
            one, stopped = None, error
        if one is None:
            if batch:
                yield batch
            if stopped is not None:
                raise stopped
            return
        names = {one.paper.key, title_key(one.paper.title)}
        if batch and (len(batch) >= size or names & seen):
            yield batch
            batch, seen = [], set()
        batch.append(one)
        seen |= names


@dataclass(slots=True)
class _Plan:
    """What one paper of a batch comes to.

    Attributes:
        key: of its node.
        properties: of its node.
        record: its claims; None where those in the store stay.
        outcome: the summary's word for it.
        twin: key of a node of the same paper under its title, which goes.
        base: key of the node whose claims stay.
    """

    key: str
    properties: dict[str, Any]
    record: Record | None
    outcome: str
    twin: str | None = None
    base: str | None = None


class _Loader:
    """Writes batches, with the count of all abbreviations in mind."""

    def __init__(self, store: Store, summary: LoadSummary, min_confidence: float) -> None:
        self._store = store
        self._summary = summary
        self._min_confidence = min_confidence
        self._refused = 0
        self._resolver = _resolver(store)

    def write(self, batch: list[PaperClaims]) -> None:
        """Write a batch; where the store refuses it, each of its papers alone."""
        self._summary.papers += len(batch)
        self._write(batch)

    def _write(self, batch: list[PaperClaims]) -> None:
        left_out: Counter[str] = Counter()
        try:
            plans = self._plan(batch, left_out)
            self._apply([plan for plan in plans if plan.outcome in ("new", "changed")], left_out)
        except LoadError:
            raise
        except StoreError as error:
            self._resolver = _resolver(self._store)
            self._one_by_one(batch, error)
            return
        self._refused = 0
        summary = self._summary
        summary.left_out += left_out
        for one, plan in zip(batch, plans, strict=True):
            setattr(summary, plan.outcome, getattr(summary, plan.outcome) + 1)
            summary.withdrawn += one.paper.withdrawn
            summary.without_abstract += not one.paper.abstract

    def _one_by_one(self, batch: list[PaperClaims], error: StoreError) -> None:
        if len(batch) > 1:
            for one in batch:
                self._write([one])
            return
        self._refused += 1
        if self._refused >= _GIVE_UP:
            raise error
        self._summary.failed += 1
        if len(self._summary.failures) < KEPT:
            self._summary.failures.append((batch[0].paper.key, str(error)))

    # --- Which papers, and what of them ------------------------------------------------------------------

    def _plan(self, batch: Sequence[PaperClaims], left_out: Counter[str]) -> list[_Plan]:
        titles = [title_key(one.paper.title) for one in batch]
        stored = self._papers("key", [*(one.paper.key for one in batch), *titles])
        by_title: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._papers("title_key", titles).values():
            by_title[row["title_key"]].append(row)
        return [
            self._plan_one(one, title, stored, by_title[title], left_out)
            for one, title in zip(batch, titles, strict=True)
        ]

    def _papers(self, name: str, values: Iterable[str]) -> dict[str, dict[str, Any]]:
        rows = self._store.query(
            f"MATCH (p:Paper) WHERE p.{name} IN $values RETURN p", {"values": sorted(set(values))}
        ).rows
        return {node["key"]: node for (node,) in rows}

    def _plan_one(
        self,
        one: PaperClaims,
        title: str,
        stored: Mapping[str, dict[str, Any]],
        same_title: Sequence[dict[str, Any]],
        left_out: Counter[str],
    ) -> _Plan:
        key, twin = one.paper.key, None
        if key.startswith("arxiv:"):
            twin = stored.get(title)
        elif same_title:
            # A title alone names the paper that has an arXiv id too.
            key = min(row["key"] for row in same_title)
            stored = {row["key"]: row for row in same_title}
        reasons: list[str] = []
        record = Record()
        if one.paper.abstract and not one.paper.withdrawn:
            record = from_claims(one, self._min_confidence, reasons.append)
        new = _properties(one, title, record)
        known = [row for row in (stored.get(key), twin) if row is not None]
        if not known:
            left_out.update(reasons)
            return _Plan(key, {**new, "key": key}, record, "new")
        old = max(known, key=_rank)
        speaks = _rank(new, old) >= _rank(old)
        merged = _merged(new, old) if speaks else _merged(old, new)
        for row in known:
            merged = _merged(merged, row)
        merged["key"] = key
        same_claims = not speaks or new["digest"] == old.get("digest")
        if not twin and same_claims and all(old.get(name) == value for name, value in merged.items()):
            older = not speaks and bool(one.paper.abstract)
            return _Plan(key, merged, None, "skipped" if older else "unchanged")
        if not same_claims:
            left_out.update(reasons)
        gone = twin["key"] if twin else None
        return _Plan(key, merged, None if same_claims else record, "changed", gone, old["key"])

    # --- Into the store ----------------------------------------------------------------------------------

    def _apply(self, plans: Sequence[_Plan], left_out: Counter[str]) -> None:
        if not plans:
            return
        resolver, changes = self._resolver, Changes()
        records = {plan.key: plan.record for plan in plans if plan.record is not None}
        changes.nodes = [Node("Paper", plan.key, plan.properties) for plan in plans]
        changes.delete = [("Paper", plan.twin) for plan in plans if plan.twin]
        replaced = {p.key for p in plans if p.outcome == "changed" and (p.record is not None or p.twin)}
        old = read_records(self._store, replaced | {key for _, key in changes.delete})
        records |= {p.key: old[p.base] for p in plans if p.twin and p.base and p.record is None}

        watched = resolver.touched(own for r in (*old.values(), *records.values()) for own in r.owns)
        for record in old.values():
            resolver.add(record.owns, -1)
        for record in records.values():
            resolver.add(record.owns)
        moved = read_records(self._store, self._moved(watched) - {*old, *records})
        old |= moved
        records |= moved

        def before(own: Own) -> str:
            return watched.get((own.type, own.key)) or resolver.key(own)

        changes.forget = sorted(old)
        self._rename(
            changes,
            [record.nodes(before) for record in old.values()],
            [record.nodes(resolver.key) for record in records.values()],
        )
        for key in sorted(records):
            nodes, edges, without = records[key].write(key, resolver)
            if key not in moved:
                left_out.update(without)
            changes.nodes += nodes
            changes.edges += edges
        self._store.apply(changes)
        self._check(changes, sorted(records))

    def _moved(self, watched: Mapping[tuple[str, str], str]) -> set[str]:
        """Papers in the store whose things are other nodes now than before."""
        keys: dict[str, set[str]] = defaultdict(set)
        for (type, long), key in watched.items():
            if self._resolver.key(Own(type, long)) != key:
                keys[type].add(key)
        found = set()
        for type, changed in keys.items():
            rows = self._store.query(
                f"MATCH (p:Paper)-[r:MENTIONS]->(e:{type}) WHERE e.key IN $keys RETURN p.key, e.key, r.own",
                {"keys": sorted(changed)},
            ).rows
            for paper, key, owns in rows:
                now = {self._resolver.key(Own.parse(type, own)) for own in owns}
                if now != {key}:
                    found.add(paper)
        return found

    def _rename(
        self,
        changes: Changes,
        before: Iterable[Mapping[str, set[str]]],
        now: Iterable[Mapping[str, set[str]]],
    ) -> None:
        """Count anew the names of entities that papers mention no more or otherwise; drop those without papers."""
        names: dict[str, Counter[str]] = defaultdict(Counter)
        papers: Counter[str] = Counter()
        for step, mentioned in ((-1, before), (1, now)):
            for nodes in mentioned:
                for key, used in nodes.items():
                    papers[key] += step
                    for name in used:
                        names[key][name] += step
        changed = sorted(key for key in names if papers[key] or any(names[key].values()))
        stored = self._entities(changed)
        for key in changed:
            counts, mentioned_by = stored.get(key, (Counter(), 0))
            counts.update(names[key])
            mentioned_by += papers[key]
            if mentioned_by <= 0:
                changes.delete.append((node_label(key), key))
                continue
            aliases = sorted(
                (name for name in counts if counts[name] > 0), key=lambda n: _order(n, counts[n])
            )
            properties = {
                "key": key,
                "name": aliases[0],
                "aliases": aliases,
                "alias_counts": [counts[name] for name in aliases],
                "papers": mentioned_by,
            }
            changes.nodes.append(Node(node_label(key), key, properties))

    def _entities(self, keys: Sequence[str]) -> dict[str, tuple[Counter[str], int]]:
        """Names with their counts, and the number of papers, of entities in the store."""
        found = {}
        for label, wanted in _by_label(keys).items():
            rows = self._store.query(
                f"MATCH (e:{label}) WHERE e.key IN $keys RETURN e.key, e.aliases, e.alias_counts, e.papers",
                {"keys": wanted},
            ).rows
            for key, aliases, counts, papers in rows:
                found[key] = Counter(dict(zip(aliases, counts, strict=True))), papers
        return found

    def _check(self, changes: Changes, papers: list[str]) -> None:
        """Count in the store what was written."""
        written = Counter(edge.type for edge in changes.edges)
        nodes = _by_label(sorted(node.key for node in changes.nodes))
        written.update({label: len(keys) for label, keys in nodes.items()})
        # Of what was replaced, nothing may be left over, so every type is counted.
        types = [type for type in schema().sourced_types if changes.forget or written[type]]
        counts = [
            f"MATCH ()-[r:{type}]->() WHERE r.paper IN $papers RETURN '{type}' AS name, count(r) AS n"
            for type in types
        ] + [
            f"MATCH (n:{label}) WHERE n.key IN ${label} RETURN '{label}' AS name, count(n) AS n"
            for label in nodes
        ]
        keys = {"papers": papers, **nodes}
        for name, counted in self._store.query(" UNION ALL ".join(counts), keys).rows:
            if counted != written[name]:
                raise LoadError(
                    f"{self._store.url} holds {counted} {name} where {written[name]} were written; "
                    "is something else writing to it? Load the same claims again, and compare"
                )


def _by_label(keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        found[node_label(key)].append(key)
    return found


def _order(name: str, count: int) -> tuple[int, int, int, str]:
    """The commonest name first; of equals the shorter, with more capitals."""
    return -count, len(name), -sum(map(str.isupper, name)), name


def _resolver(store: Store) -> Resolver:
    """The abbreviations that the papers in a store define."""
    rows = store.query(
        "MATCH (:Paper)-[r:MENTIONS]->(e) WHERE any(own IN r.own WHERE own CONTAINS ' = ') "
        "RETURN e.key, r.paper, r.own"
    ).rows
    owns: dict[str, set[Own]] = defaultdict(set)
    for key, paper, written in rows:
        owns[paper].update(Own.parse(node_label(key), own) for own in written)
    resolver = Resolver()
    for defined in owns.values():
        resolver.add(defined)
    return resolver


# --- What is known of a paper from two sources -----------------------------------------------------------

_OF_TEXT = ("title", "title_key", "abstract", "withdrawn", "digest", "reader")
_PARTICULARS = ("version", "url", "authors", "categories", "comments")
_DATES = ("published", "listed")


def _properties(one: PaperClaims, title: str, record: Record) -> dict[str, Any]:
    paper: Paper = one.paper
    found = {name: clean(getattr(paper, name)) or None for name in (*_PARTICULARS, *_DATES, "abstract")}
    return {
        **found,
        "title": clean(paper.title),
        "title_key": title,
        "withdrawn": True if paper.withdrawn else None,
        "reader": clean(one.reader),
        "digest": record.digest(paper.title, paper.abstract, one.reader),
    }


def _rank(properties: Mapping[str, Any], same: Mapping[str, Any] | None = None) -> tuple[bool, int]:
    """Of two texts of a paper, the one that counts has the higher rank; the later read, if they are even."""
    version = properties.get("version")
    if version is None and same is not None:
        text = ("title_key", "abstract")
        version = same.get("version") if all(properties.get(n) == same.get(n) for n in text) else None
    return bool(properties.get("abstract") or properties.get("withdrawn")), version or 0


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two sources know: the text of the first, and what only either of them knows."""
    found = {name: one.get(name) for name in _OF_TEXT}
    for name in _PARTICULARS:
        found[name] = one.get(name) or other.get(name)
    for name in _DATES:
        found[name] = min(filter(None, (one.get(name), other.get(name))), default=None)
    return found
