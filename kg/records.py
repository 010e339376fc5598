"""One paper's claims as the graph holds them: in the paper's own names, to edges and back from the store."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kg.claims import Entity, PaperClaims, Relation, Result
from kg.claims_in import MAX_NAME
from kg.graph_schema import allowed, schema
from kg.names import names_paper, plain_name
from kg.resolve import Own, Resolver, own_name
from kg.stores.base import Edge, Node, Store
from kg.stores.values import clean

_RESULT_ENDS = {"OF": "subject", "ON": "benchmark", "IN": "metric", "VERSUS": "versus"}
_RESULT_VALUES = ("value", "unit", "text", "kind", "qualifier")
_SUPPORT = ("evidence", "start", "end", "confidence", "reader")


@dataclass(frozen=True, slots=True)
class Mention:
    """That the paper names a thing, by these forms."""

    own: Own
    forms: tuple[str, ...]
    support: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between two things of the paper; None is the paper itself."""

    type: str
    head: Own | None
    tail: Own | None
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    """A result: its digest within the paper, its properties, and (edge type, end)."""

    digest: str
    properties: Mapping[str, Any]
    ends: tuple[tuple[str, Own | None], ...]


@dataclass(slots=True)
class Record:
    """Everything that one paper puts into the graph beside its own node."""

    mentions: list[Mention] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    results: list[Number] = field(default_factory=list)

    @property
    def owns(self) -> list[Own]:
        """What the paper names."""
        return [mention.own for mention in self.mentions]

    def digest(self, *also: Any) -> str:
        """Equal for records that put the same into the graph."""
        parts = [
            [[m.own.type, str(m.own), m.forms, m.support] for m in self.mentions],
            [[k.type, _written(k.head), _written(k.tail), k.properties] for k in self.links],
            [[n.digest, n.properties] for n in self.results],
            also,
        ]
        return _digest(parts, 16)

    def nodes(self, key_of: Callable[[Own], str]) -> dict[str, set[str]]:
        """Each entity that the paper mentions, with the names it uses for it."""
        found: dict[str, set[str]] = defaultdict(set)
        for mention in self.mentions:
            found[key_of(mention.own)].update(map(plain_name, mention.forms))
        return found

    def write(self, paper: str, resolver: Resolver) -> tuple[list[Node], list[Edge], list[str]]:
        """The paper's Result nodes, all its edges, and why claims have none.

        Args:
            paper: the key of its node.
            resolver: what says which nodes its names are.
        """
        where = {own: resolver.key(own) for own in self.owns}
        meeting = {key for key, owns in Counter(where.values()).items() if owns > 1}
        edges: dict[tuple[Any, ...], Edge] = {}
        left_out: list[str] = []

        def add(type: str, head: tuple[str, str], tail: tuple[str, str], properties: dict[str, Any]) -> None:
            identity = (type, head[1], tail[1], properties.get("start"))
            edges.setdefault(identity, Edge(type, *head, *tail, {"paper": paper, **properties}))

        def end(own: Own | None, name: str, properties: dict[str, Any]) -> tuple[str, str]:
            if own is None:
                return "Paper", paper
            if where[own] in meeting:
                properties[name] = str(own)
            return own.type, where[own]

        for (key, _), mentions in self._meeting(where).items():
            add("MENTIONS", ("Paper", paper), (mentions[0].own.type, key), _together(mentions))
        for link in self.links:
            properties = dict(link.properties)
            head, tail = end(link.head, "head_own", properties), end(link.tail, "tail_own", properties)
            if head == tail:
                left_out.append(f"{link.type} between two names of one thing")
            else:
                add(link.type, head, tail, properties)
        nodes = []
        for number in self.results:
            result = "Result", f"result:{_digest(paper, 6)}{number.digest}"
            nodes.append(Node(*result, {"paper": paper, **number.properties}))
            add("REPORTS", ("Paper", paper), result, {})
            for type, own in number.ends:
                properties = {}
                add(type, result, end(own, "tail_own", properties), properties)
        return nodes, list(edges.values()), left_out

    def _meeting(self, where: Mapping[Own, str]) -> dict[tuple[str, int | None], list[Mention]]:
        """Mentions that become one edge."""
        found: dict[tuple[str, int | None], list[Mention]] = defaultdict(list)
        for mention in sorted(self.mentions, key=lambda m: str(m.own)):
            found[where[mention.own], mention.support.get("start")].append(mention)
        return found


def _together(mentions: Sequence[Mention]) -> dict[str, Any]:
    each = [(str(mention.own), form) for mention in mentions for form in mention.forms]
    return {
        **mentions[0].support,
        "forms": [form for _, form in each],
        "own": [own for own, _ in (each[:1] if len(mentions) == 1 else each)],
    }


def _written(own: Own | None) -> str:
    return "paper" if own is None else f"{own.type} {own}"


def _digest(parts: Any, size: int) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


# --- From claims -----------------------------------------------------------------------------------------


def from_claims(
    claims: PaperClaims, min_confidence: float = 0.0, left_out: Callable[[str], None] = lambda reason: None
) -> Record:
    """A paper's claims in its own names.

    Args:
        claims: what a reader says.
        min_confidence: claims below it are left out; those without a confidence stay.
        left_out: told the reason for each claim that the graph cannot hold.
    """
    record = Record()
    names: dict[int | str, Own | None] = {"paper": None}
    kept = [e for e in claims.entities if _fit(e, min_confidence, left_out)]
    found = {entity.id: own_name(entity.type, entity.name, entity.surface_forms) for entity in kept}
    # Two entities of a paper with one key are one, and so is one that is called by the abbreviation of another.
    best: dict[tuple[str, str], Own] = {}
    for named in filter(None, found.values()):
        if best.setdefault((named.type, named.key), named).short is None:
            best[named.type, named.key] = named
    for named in list(best.values()):
        if named.short is not None and (named.type, named.short) in best:
            best[named.type, named.short] = named
    merged: dict[Own, Mention] = {}
    introduced: dict[Own, dict[str, Any]] = {}
    for entity in kept:
        own = found[entity.id]
        if own is None:
            if names_paper(entity.name):
                names[entity.id] = None
            left_out("an entity that is no name, such as “our method”")
            continue
        own = names[entity.id] = best[own.type, own.key]
        support = _support(entity, claims.reader)
        forms = tuple(form for form in dict.fromkeys(entity.surface_forms) if len(form) <= MAX_NAME)
        mention = Mention(own, forms or (entity.name,), support)
        merged[own] = _merge(merged[own], mention) if own in merged else mention
        if entity.introduced:
            introduced.setdefault(own, support)
    record.mentions = list(merged.values())
    record.links = [Link("INTRODUCES", None, own, support) for own, support in introduced.items()]
    for relation in claims.relations:
        if _doubtful(relation, min_confidence):
            left_out("a relation below the confidence asked for")
        else:
            _add_relation(record, relation, names, _support(relation, claims.reader), left_out)
    for result in claims.results:
        if _doubtful(result, min_confidence):
            left_out("a result below the confidence asked for")
        else:
            _add_result(record, result, names, _support(result, claims.reader), left_out)
    return record


def _fit(entity: Entity, min_confidence: float, left_out: Callable[[str], None]) -> bool:
    if entity.type not in schema().entity_labels:
        left_out(f"an entity of the unknown type {entity.type!r:.50}")
    elif not entity.name.strip() or len(entity.name) > MAX_NAME:
        left_out(f"an entity whose name has {len(entity.name)} characters ({entity.name[:40]}…)")
    elif _doubtful(entity, min_confidence):
        left_out("an entity below the confidence asked for")
    else:
        return True
    return False


def _merge(one: Mention, other: Mention) -> Mention:
    return replace(one, forms=tuple(dict.fromkeys((*one.forms, *other.forms))))


def _support(claim: Entity | Relation | Result, reader: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {"confidence": claim.confidence, "reader": reader}
    if (evidence := claim.evidence) is not None:
        given |= {"evidence": evidence.sentence, "start": evidence.start, "end": evidence.end}
    return _present(given)


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in clean(dict(properties)).items() if value is not None}


def _doubtful(claim: Entity | Relation | Result, min_confidence: float) -> bool:
    return claim.confidence is not None and claim.confidence < min_confidence


def _label(own: Own | None) -> str:
    return "Paper" if own is None else own.type


def _add_relation(
    record: Record,
    relation: Relation,
    names: Mapping[int | str, Own | None],
    support: dict[str, Any],
    left_out: Callable[[str], None],
) -> None:
    if relation.head not in names or relation.tail not in names:
        left_out("a relation whose end was left out")
        return
    head, tail = names[relation.head], names[relation.tail]
    if head == tail:
        left_out(f"{relation.type} of a thing with itself")
    elif not allowed(relation.type, _label(head), _label(tail)):
        left_out(f"{relation.type} from {_label(head)} to {_label(tail)}, which the schema does not have")
    else:
        outcome = {"outcome": relation.outcome or "unknown"} if relation.type == "COMPARED_WITH" else {}
        record.links.append(Link(relation.type, head, tail, {**outcome, **support}))


def _add_result(
    record: Record,
    result: Result,
    names: Mapping[int | str, Own | None],
    support: dict[str, Any],
    left_out: Callable[[str], None],
) -> None:
    properties = _present({name: getattr(result, name) for name in _RESULT_VALUES}) | support
    if "value" not in properties:
        left_out("a result without a number")
        return
    properties["value"] = float(properties["value"])
    ends = []
    for type, name in _RESULT_ENDS.items():
        ref = getattr(result, name)
        if ref is None:
            continue
        if ref not in names:
            left_out("a result's end that was left out")
        elif allowed(type, "Result", _label(names[ref])):
            ends.append((type, names[ref]))
        else:
            left_out(f"{type} from Result to {_label(names[ref])}, which the schema does not have")
    place = [properties.get(name) for name in (*_RESULT_VALUES, "start")]
    digest = _digest([place, result.mention, [(type, _written(own)) for type, own in ends]], 8)
    if all(digest != other.digest for other in record.results):
        record.results.append(Number(digest, properties, tuple(ends)))


# --- From the store --------------------------------------------------------------------------------------


def read_records(store: Store, papers: Iterable[str]) -> dict[str, Record]:
    """What the store holds of these papers.

    Args:
        store: any store.
        papers: keys of papers.
    """
    keys = sorted(papers)
    records = {key: Record() for key in keys}
    if not keys:
        return records
    edges: dict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
    rows = store.query(
        " UNION ALL ".join(
            f"MATCH (a)-[r:{type}]->(b) WHERE r.paper IN $papers RETURN a.key AS head, b.key AS tail, r AS edge"
            for type in schema().sourced_types
        ),
        {"papers": keys},
    ).rows
    for head, tail, edge in rows:
        edges[edge.pop("_type")].append((head, tail, edge))
    own_at: dict[tuple[str, str], list[Own]] = defaultdict(list)
    for _, node, properties in edges["MENTIONS"]:
        paper = properties["paper"]
        for own, forms in _apart(node_label(node), properties["own"], properties["forms"]).items():
            support = {name: properties[name] for name in _SUPPORT if name in properties}
            records[paper].mentions.append(Mention(own, forms, support))
            own_at[paper, node].append(own)

    def which(paper: str, node: str, named: str | None) -> Own | None:
        if node == paper:
            return None
        return Own.parse(node_label(node), named) if named else own_at[paper, node][0]

    for type in ("INTRODUCES", *schema().claim_types):
        for head, tail, properties in edges[type]:
            paper = properties.pop("paper")
            ends = (
                which(paper, head, properties.pop("head_own", None)),
                which(paper, tail, properties.pop("tail_own", None)),
            )
            records[paper].links.append(Link(type, *ends, properties))
    ends_of: dict[str, list[tuple[str, Own | None]]] = defaultdict(list)
    for type in _RESULT_ENDS:
        for result, tail, properties in edges[type]:
            ends_of[result].append((type, which(properties["paper"], tail, properties.get("tail_own"))))
    rows = store.query("MATCH (n:Result) WHERE n.paper IN $papers RETURN n", {"papers": keys}).rows
    for (node,) in rows:
        known = {name: node[name] for name in (*_RESULT_VALUES, *_SUPPORT) if node.get(name) is not None}
        number = Number(node["key"][-16:], known, tuple(ends_of[node["key"]]))
        records[node["paper"]].results.append(number)
    return records


def _apart(type: str, owns: Sequence[str], forms: Sequence[str]) -> dict[Own, tuple[str, ...]]:
    if len(owns) == 1:
        return {Own.parse(type, owns[0]): tuple(forms)}
    found: dict[Own, tuple[str, ...]] = defaultdict(tuple)
    for own, form in zip(owns, forms, strict=True):
        found[Own.parse(type, own)] += (form,)
    return found


def node_label(key: str) -> str:
    """The label of the node with a key."""
    prefix = key.partition(":")[0]
    return "Paper" if prefix in ("arxiv", "title") else prefix.capitalize()
