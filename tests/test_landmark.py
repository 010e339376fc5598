"""The landmark papers and the facts expected of them; `recall` counts how many of the facts a reader finds."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
Fact = dict[str, Any]


def rows(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / "examples" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


PAPERS = rows("landmark-papers.jsonl")
FACTS: list[Fact] = rows("landmark-facts.jsonl")
SCHEMA = yaml.safe_load((ROOT / "schema" / "graph.yaml").read_text(encoding="utf-8"))
BY_ID = {paper["id"]: paper for paper in PAPERS}


@dataclass
class Recall:
    """Facts found and facts missed, of one kind."""

    found: list[Fact] = field(default_factory=list)
    missed: list[Fact] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Found out of all, 0 to 1; 1 where nothing was expected."""
        total = len(self.found) + len(self.missed)
        return len(self.found) / total if total else 1.0


def recall(claims_by_paper: Mapping[str, Mapping[str, Any]], facts: Iterable[Fact]) -> dict[str, Recall]:
    """Counts which facts the claims hold.

    Names match, case-insensitively, the name or any surface form of an entity of the same paper; the types of
    entities are not compared, since readers differ on them. A relation must have the same type and direction,
    and the outcome that the fact gives, if any. A result must have the value and every other part the fact gives;
    values match to nine decimals.

    Args:
        claims_by_paper: for an arXiv id, a dict with `entities`, `relations` and `results` in the claims format.
            A paper that is absent has no claims.
        facts: lines of `landmark-facts.jsonl`.

    Returns:
        A `Recall` for each of `INTRODUCES`, `relation` and `result`.
    """
    answer = {kind: Recall() for kind in ("INTRODUCES", "relation", "result")}
    for fact in facts:
        found = _holds(claims_by_paper.get(fact["paper"], {}), fact)
        kind = answer[_kind(fact)]
        (kind.found if found else kind.missed).append(fact)
    return answer


def _kind(fact: Fact) -> str:
    if "result" in fact:
        return "result"
    return "INTRODUCES" if fact["type"] == "INTRODUCES" else "relation"


def _holds(claims: Mapping[str, Any], fact: Fact) -> bool:
    entities = claims.get("entities", [])

    def ids(name: str) -> set[Any]:
        wanted = name.casefold()
        return {
            e["id"] for e in entities if wanted in {f.casefold() for f in (e["name"], *e["surface_forms"])}
        }

    if "result" in fact:
        expected = fact["result"]
        names = {part: ids(expected[part]) for part in NAMED_PARTS if part in expected}
        return any(
            abs(result["value"] - expected["value"]) < 1e-9
            and result["kind"] == expected["kind"]
            and all(result.get(part) in those for part, those in names.items())
            for result in claims.get("results", [])
        )
    tails = ids(fact["tail"])
    if fact["type"] == "INTRODUCES":
        return any(e["id"] in tails and e["introduced"] for e in entities)
    heads = ids(fact["head"])
    return any(
        relation["type"] == fact["type"]
        and relation["head"] in heads
        and relation["tail"] in tails
        and fact.get("outcome") in (None, relation.get("outcome"))
        for relation in claims.get("relations", [])
    )


NAMED_PARTS = ("subject", "benchmark", "metric", "versus")


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) (?=\S)", text)


def names_of(fact: Fact) -> list[str]:
    if "result" in fact:
        return [fact["result"][part] for part in NAMED_PARTS if part in fact["result"]]
    return [fact[part] for part in ("head", "tail") if part in fact]


def stands_in(name: str, text: str) -> bool:
    """Whether the name occurs as a whole, not as a piece of a longer word."""
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def numbers(text: str) -> set[float]:
    found = re.findall(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?", text)
    return {float(n.replace(",", "")) for n in found}


def label(fact: Fact) -> str:
    return json.dumps(fact, ensure_ascii=False)


def test_there_are_sixty_papers_each_with_its_own_id_and_title() -> None:
    assert len(PAPERS) == 60
    assert len(BY_ID) == 60
    assert len({paper["title"].casefold() for paper in PAPERS}) == 60


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["id"])
def test_a_paper_is_well_formed(paper: dict[str, Any]) -> None:
    assert set(paper) - {"authors"} == {"id", "title", "published", "abstract"}
    assert re.fullmatch(r"\d{4}\.\d{4,5}", paper["id"])
    # An arXiv id begins with the year and month of its announcement, days after the paper is sent in.
    sent = date.fromisoformat(paper["published"])
    assert paper["id"][:4] in {f"{day:%y%m}" for day in (sent, sent + timedelta(days=5))}
    for text in (paper["title"], paper["abstract"], *paper.get("authors", ["-"])):
        assert text
        assert text == " ".join(text.split())
    assert 3 <= len(sentences(paper["abstract"])) <= 6
    assert paper["abstract"].endswith(".")


def test_every_paper_has_facts_and_no_fact_is_given_twice() -> None:
    assert {fact["paper"] for fact in FACTS} == set(BY_ID)
    assert [text for text, count in Counter(map(label, FACTS)).items() if count > 1] == []


@pytest.mark.parametrize("fact", FACTS, ids=label)
def test_a_fact_fits_the_schema_and_its_text(fact: Fact) -> None:
    paper = BY_ID[fact["paper"]]
    text = f"{paper['title']}\n{paper['abstract']}"
    for name in names_of(fact):
        assert stands_in(name, text), name
    if "result" in fact:
        _check_result(fact["result"], paper["abstract"])
        return
    relation = SCHEMA["relations"][fact["type"]]
    entities = {name for name, node in SCHEMA["nodes"].items() if node.get("entity")}
    assert fact["tail_type"] in entities & _types(relation["to"], entities)
    if fact["type"] == "INTRODUCES":
        assert set(fact) == {"paper", "type", "tail", "tail_type"}
        return
    assert fact["head_type"] in _types(relation["from"], entities)
    assert not relation.get("same_type") or fact["head_type"] == fact["tail_type"]
    assert fact.get("outcome", "unknown") in {"better", "similar", "worse", "unknown"}
    assert "outcome" not in fact or fact["type"] == "COMPARED_WITH"


def _types(declared: list[str], entities: set[str]) -> set[str]:
    return entities if declared == ["Entity"] else set(declared)


def _check_result(result: dict[str, Any], abstract: str) -> None:
    assert set(result) <= {*NAMED_PARTS, "value", "kind"}
    assert result["kind"] in {"absolute", "delta"}
    assert ("versus" in result) == (result["kind"] == "delta")
    places = [s for s in sentences(abstract) if result["value"] in numbers(s)]
    assert places, "no sentence has the value"
    named = [result[part] for part in ("benchmark", "versus") if part in result]
    assert any(all(stands_in(name, place) for name in named) for place in places), (
        "no sentence names them together"
    )


def test_the_papers_speak_of_one_another() -> None:
    """From any paper, every other can be reached over names that both mention."""
    papers_of: dict[str, set[str]] = {}
    names = {name.casefold() for fact in FACTS for name in names_of(fact)}
    for paper in PAPERS:
        text = f"{paper['title']}\n{paper['abstract']}".casefold()
        for name in names:
            if stands_in(name, text):
                papers_of.setdefault(name, set()).add(paper["id"])
    reached: set[str] = set()
    waiting = {PAPERS[0]["id"]}
    while waiting:
        reached |= waiting
        waiting = {p for those in papers_of.values() if those & waiting for p in those} - reached
    assert reached == set(BY_ID)


CLAIMS = {
    "entities": [
        {
            "id": 1,
            "name": "Low-Rank Adaptation",
            "surface_forms": ["LoRA", "Low-Rank Adaptation"],
            "introduced": True,
        },
        {"id": 2, "name": "GLUE", "surface_forms": ["GLUE"], "introduced": False},
        {"id": 3, "name": "adapters", "surface_forms": ["adapters"], "introduced": False},
    ],
    "relations": [
        {"head": 1, "type": "EVALUATED_ON", "tail": 2},
        {"head": 1, "type": "COMPARED_WITH", "tail": 3, "outcome": "better"},
    ],
    "results": [
        {"subject": 1, "benchmark": 2, "metric": None, "value": 87.2, "kind": "absolute", "versus": None}
    ],
}


@pytest.mark.parametrize(
    ("fact", "kind", "share"),
    [
        ({"type": "INTRODUCES", "tail": "lora"}, "INTRODUCES", 1),
        ({"type": "INTRODUCES", "tail": "GLUE"}, "INTRODUCES", 0),
        ({"head": "LORA", "type": "EVALUATED_ON", "tail": "glue"}, "relation", 1),
        ({"head": "GLUE", "type": "EVALUATED_ON", "tail": "LoRA"}, "relation", 0),
        ({"head": "LoRA", "type": "USES", "tail": "GLUE"}, "relation", 0),
        ({"head": "LoRA", "type": "COMPARED_WITH", "tail": "adapters"}, "relation", 1),
        ({"head": "LoRA", "type": "COMPARED_WITH", "tail": "adapters", "outcome": "worse"}, "relation", 0),
        (
            {"result": {"subject": "LoRA", "benchmark": "GLUE", "value": 87.2, "kind": "absolute"}},
            "result",
            1,
        ),
        ({"result": {"value": 87.2, "kind": "absolute"}}, "result", 1),
        ({"result": {"value": 87.2, "kind": "delta"}}, "result", 0),
        ({"result": {"value": 87.3, "kind": "absolute"}}, "result", 0),
        ({"result": {"benchmark": "adapters", "value": 87.2, "kind": "absolute"}}, "result", 0),
        ({"result": {"metric": "accuracy", "value": 87.2, "kind": "absolute"}}, "result", 0),
    ],
)
def test_recall_finds_a_fact_by_any_surface_form(fact: Fact, kind: str, share: float) -> None:
    assert recall({"2106.09685": CLAIMS}, [{"paper": "2106.09685", **fact}])[kind].share == share


def test_recall_counts_every_fact_once_and_a_paper_without_claims_as_missed() -> None:
    answer = recall({}, FACTS)
    assert sum(len(kind.missed) for kind in answer.values()) == len(FACTS)
    assert not any(kind.found for kind in answer.values())


def test_the_reader_finds_most_facts() -> None:
    """What the reader found when this was written, less a little: a fall means that something broke."""
    from extractors import load_reader

    texts = [(f"{p['title']}\n{p['abstract']}", p["id"]) for p in PAPERS]
    claims = {paper: found for found, paper in load_reader().read(texts)}
    shares = {kind: answer.share for kind, answer in recall(claims, FACTS).items()}
    assert shares["INTRODUCES"] > 0.6
    assert shares["relation"] > 0.6
    assert shares["result"] > 0.65
