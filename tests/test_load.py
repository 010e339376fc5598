from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_claims import ask, dump, paper

from kg.claims import Entity, PaperClaims, Result, read_claims
from kg.load import LoadError, load_claims
from kg.papers import Paper, title_key
from kg.stores import Store, open_store
from kg.stores.base import Changes, StoreError
from kg.stores.embedded import EmbeddedStore

FOO, BAR = ("Model", "FooLM"), ("Model", "BarLM")


def outcomes(summary: Any) -> tuple[int, int, int, int, int]:
    assert summary.papers == (
        summary.new + summary.changed + summary.unchanged + summary.skipped + summary.failed
    )
    return summary.new, summary.changed, summary.unchanged, summary.skipped, summary.failed


def test_a_paper_becomes_nodes_and_edges_with_their_sentences(store: Store) -> None:
    one = paper(
        "2401.00001",
        FOO,
        BAR,
        ("Benchmark", "FooBench"),
        ("Metric", "accuracy"),
        relations=[("FooLM", "BASED_ON", "BarLM"), ("paper", "EVALUATED_ON", "FooBench")],
        results=[
            {"value": 87.5, "unit": "%", "subject": "FooLM", "benchmark": "FooBench", "metric": "accuracy"}
        ],
        introduces=["FooLM"],
        published="2024-01-02",
        authors=["Ann One", "Bo Two"],
        version=2,
    )
    summary = load_claims(store, [one])
    assert outcomes(summary) == (1, 0, 0, 0, 0)
    assert summary.after == store.counts()
    assert summary.after["MENTIONS"] == 4
    assert summary.after["Entity"] == 4
    ((sentence, start, end, reader),) = ask(
        store,
        "MATCH (:Model {key: 'model:foolm'})-[r:BASED_ON]->(:Model {key: 'model:barlm'}) "
        "RETURN r.evidence, r.start, r.end, r.reader",
    )
    assert sentence == "Here FooLM is said to go with BarLM." == one.paper.text[start:end]
    assert reader == "hand 1.0"
    assert ask(store, "MATCH (:Paper)-[:INTRODUCES]->(e) RETURN e.name") == ["FooLM"]
    assert ask(store, "MATCH (p:Paper)-[:EVALUATED_ON]->(b:Benchmark) RETURN p.key, b.name") == [
        ("arxiv:2401.00001", "FooBench")
    ]
    (result,) = ask(
        store,
        "MATCH (p:Paper)-[:REPORTS]->(r:Result)-[:OF]->(m:Model), (r)-[:ON]->(b:Benchmark), (r)-[:IN]->(k:Metric) "
        "RETURN [r.value, r.unit, r.text, r.evidence, m.name, b.name, k.name, r.paper]",
    )
    assert result == [
        87.5, "%", "87.5", "It reaches 87.5 in the end.", "FooLM", "FooBench", "accuracy", "arxiv:2401.00001",
    ]  # fmt: skip
    (node,) = ask(store, "MATCH (p:Paper) RETURN p")
    assert node["authors"] == ["Ann One", "Bo Two"]
    assert (node["version"], node["published"], node["title_key"]) == (
        2,
        "2024-01-02",
        title_key(node["title"]),
    )
    assert "listed" not in node
    assert "comments" not in node


def test_case_57_a_second_load_writes_nothing_and_says_so(store: Store) -> None:
    papers = [paper(f"2401.0000{i}", FOO, BAR, relations=[("FooLM", "USES", "BarLM")]) for i in range(1, 6)]
    assert outcomes(load_claims(store, papers)) == (5, 0, 0, 0, 0)
    before = dump(store)
    again = load_claims(store, [*papers[:4], paper("2401.00005", FOO)], batch_size=2)
    assert outcomes(again) == (0, 1, 4, 0, 0)
    third = load_claims(store, papers)
    assert outcomes(third) == (0, 1, 4, 0, 0)
    assert dump(store) == before
    assert third.added() == {"MENTIONS": 1, "USES": 1}


def test_case_30_an_edge_to_a_node_of_an_earlier_load(store: Store) -> None:
    first = [paper("2401.00001", FOO, introduces=["FooLM"])]
    second = [paper("2401.00002", BAR, FOO, relations=[("BarLM", "BASED_ON", "FooLM")])]
    load_claims(store, first, batch_size=1)
    summary = load_claims(store, second, batch_size=1)
    assert summary.added()["BASED_ON"] == 1
    assert ask(store, "MATCH (a)-[:BASED_ON]->(b) RETURN a.key, b.key") == [("model:barlm", "model:foolm")]
    before = dump(store)
    for claims in (first, second):
        again = load_claims(store, claims, batch_size=1)
        assert again.new == 0
        assert again.added() == {}
    assert dump(store) == before


def test_case_35_the_same_claim_of_two_papers_is_two_edges(store: Store) -> None:
    papers = [paper(f"2401.0000{i}", FOO, BAR, relations=[("FooLM", "BASED_ON", "BarLM")]) for i in (1, 2)]
    for _ in range(2):
        for one in papers:
            load_claims(store, [one])
    found = ask(
        store, "MATCH (:Model)-[r:BASED_ON]->(:Model) RETURN r.paper, r.evidence IS NOT NULL ORDER BY r.paper"
    )
    assert found == [("arxiv:2401.00001", True), ("arxiv:2401.00002", True)]
    assert ask(store, "MATCH (m:Model) RETURN m.name, m.papers, m.alias_counts ORDER BY m.name") == [
        ("BarLM", 2, [2]),
        ("FooLM", 2, [2]),
    ]


def test_case_58_a_new_reading_takes_the_old_ones_place(store: Store) -> None:
    other = paper("2401.00009", FOO, BAR, relations=[("FooLM", "USES", "BarLM")])
    first = paper(
        "2401.00001",
        FOO,
        BAR,
        ("Dataset", "BazText"),
        relations=[
            ("FooLM", "BASED_ON", "BarLM"),
            ("FooLM", "USES", "BarLM"),
            ("FooLM", "TRAINED_ON", "BazText"),
        ],
        results=[{"value": 3, "subject": "FooLM"}],
    )
    load_claims(store, [first, other])
    assert ask(store, "MATCH (d:Dataset) RETURN d.name") == ["BazText"]
    second = replace(
        paper("2401.00001", FOO, BAR, relations=first_two(), abstract=first.paper.abstract), reader="hand 2.0"
    )
    assert outcomes(load_claims(store, [second])) == (0, 1, 0, 0, 0)
    assert ask(store, "MATCH (n) WHERE n:Dataset OR n:Result RETURN n.key") == []
    found = ask(
        store, "MATCH (:Model)-[r]->(:Model) RETURN type(r), r.paper, r.reader ORDER BY r.paper, type(r)"
    )
    assert found == [
        ("BASED_ON", "arxiv:2401.00001", "hand 2.0"),
        ("USES", "arxiv:2401.00001", "hand 2.0"),
        ("USES", "arxiv:2401.00009", "hand 1.0"),
    ]


def first_two() -> list[tuple[str, str, str]]:
    return [("FooLM", "BASED_ON", "BarLM"), ("FooLM", "USES", "BarLM")]


def versions() -> list[PaperClaims]:
    same = {"title": "A paper with a history"}
    return [
        paper("2406.01234v1", FOO, ("Dataset", "OldText"), published="2024-06-03", **same),
        paper("arXiv:2406.01234v3", FOO, BAR, **same),
        paper("https://arxiv.org/pdf/2406.01234v2.pdf", FOO, ("Dataset", "MidText"), **same),
        paper("https://huggingface.co/papers/2406.01234", FOO, listed="2024-06-09", **same),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
@pytest.mark.parametrize("batch_size", [1, 200])
def test_case_2_the_newest_version_counts_whatever_the_order(
    embedded_store: Store, order: tuple[int, ...], batch_size: int
) -> None:
    papers = versions()
    load_claims(embedded_store, [papers[i] for i in order], batch_size=batch_size)
    (node,) = ask(embedded_store, "MATCH (p:Paper) RETURN p")
    assert node["key"] == "arxiv:2406.01234"
    assert node["version"] == 3
    assert node["abstract"] == papers[1].paper.abstract
    assert (node["published"], node["listed"]) == ("2024-06-03", "2024-06-09")
    assert ask(embedded_store, "MATCH (e:Entity) RETURN e.name ORDER BY e.name") == ["BarLM", "FooLM"]


def test_case_2_on_both_stores_an_older_version_is_skipped(store: Store) -> None:
    papers = versions()
    load_claims(store, [papers[1]])
    before = dump(store)
    summary = load_claims(store, [papers[2]])
    assert outcomes(summary) == (0, 0, 0, 1, 0)
    assert dump(store) == before


@pytest.mark.parametrize("first", [0, 1])
def test_a_paper_known_by_title_and_by_arxiv_id_is_one(store: Store, first: int) -> None:
    both = [
        paper(
            "2401.00001",
            FOO,
            title="Foo: a Model of Bars",
            published="2024-01-01",
            url="https://arxiv.org/abs/2401.00001",
        ),
        paper(
            "none",
            FOO,
            BAR,
            relations=[("FooLM", "USES", "BarLM")],
            title="FOO — A model of bars",
            listed="2024-02-01",
        ),
    ]
    other = paper("2401.00002", FOO)
    load_claims(store, [both[first], other])
    load_claims(store, [both[1 - first]])
    assert ask(store, "MATCH (p:Paper) RETURN p.key ORDER BY p.key") == [
        "arxiv:2401.00001",
        "arxiv:2401.00002",
    ]
    (node,) = ask(store, "MATCH (p:Paper {key: 'arxiv:2401.00001'}) RETURN p")
    assert (node["published"], node["listed"]) == ("2024-01-01", "2024-02-01")
    # Without versions the later text counts.
    assert ask(store, "MATCH ()-[r:USES]->() RETURN r.paper") == (["arxiv:2401.00001"] if first == 0 else [])
    assert ask(store, "MATCH (m:Model {key: 'model:foolm'}) RETURN m.papers") == [2]


def test_claims_of_a_title_move_to_the_arxiv_paper_that_says_less(store: Store) -> None:
    said = paper(
        "none",
        FOO,
        BAR,
        relations=[("FooLM", "USES", "BarLM")],
        results=[{"value": 71.5, "subject": "FooLM"}],
        title="Foo, a model",
    )
    bare = PaperClaims(Paper("arxiv:2401.00001", "Foo, a model", published="2024-01-01"))
    load_claims(store, [said])
    assert outcomes(load_claims(store, [bare])) == (0, 1, 0, 0, 0)
    moved = dump(store)
    assert ask(store, "MATCH (p:Paper)-[:REPORTS]->(r)-[:OF]->(m) RETURN p.key, r.value, m.name") == [
        ("arxiv:2401.00001", 71.5, "FooLM")
    ]
    assert ask(store, "MATCH (n) WHERE n.key STARTS WITH 'title:' RETURN n.key") == []
    assert ask(store, "MATCH ()-[r]->() WHERE r.paper STARTS WITH 'title:' RETURN type(r)") == []
    assert outcomes(load_claims(store, [said, bare], batch_size=1)) == (0, 0, 2, 0, 0)
    assert dump(store) == moved


def test_papers_without_abstract_and_withdrawn_ones_make_no_claims(store: Store) -> None:
    empty = paper("2401.00001", title="FooLM and nothing else", abstract="")
    withdrawn = paper("2401.00002", FOO, withdrawn=True)
    summary = load_claims(store, [empty, withdrawn])
    assert outcomes(summary) == (2, 0, 0, 0, 0)
    assert (summary.without_abstract, summary.withdrawn) == (1, 1)
    assert summary.after == {"Paper": 2}
    assert ask(store, "MATCH (p:Paper {withdrawn: true}) RETURN p.key") == ["arxiv:2401.00002"]


def test_a_withdrawal_takes_the_claims_back(store: Store) -> None:
    load_claims(store, [paper("2401.00001v1", FOO)])
    load_claims(store, [paper("2401.00001v2", FOO, withdrawn=True)])
    assert store.counts() == {"Paper": 1}


def test_case_28_odd_values_do_not_spoil_a_batch(store: Store) -> None:
    text = Paper(
        title_key("Odd things"),
        "Odd things",
        "OddLM is odd.",
        published=float("nan"),
        listed=np.datetime64("NaT"),
    )  # type: ignore[arg-type]
    odd = PaperClaims(
        text,
        entities=(
            Entity(1, "Model", "OddLM", ("OddLM",), True, ((11, 16),), confidence=np.float32(0.5)),  # type: ignore[arg-type]
            Entity(2, "Model", "x" * 40_000, ("x" * 40_000,), False, ()),
        ),
        results=(
            Result(1, None, None, np.int64(5), None, "absolute", confidence=math.nan),  # type: ignore[arg-type]
            Result(None, None, None, math.nan, None, "absolute"),
        ),
    )
    papers = [paper("2401.00001", FOO), odd, paper("2401.00002", BAR)]
    summary = load_claims(store, papers)
    assert outcomes(summary) == (3, 0, 0, 0, 0)
    assert sum(summary.left_out.values()) == 2
    assert any("40000 characters" in reason for reason in summary.left_out)
    (node,) = ask(store, "MATCH (p:Paper {title: 'Odd things'}) RETURN p")
    assert not {"published", "listed", "version", "url"} & node.keys()
    (result,) = ask(store, "MATCH (r:Result) RETURN r")
    assert result["value"] == 5.0
    assert not {"unit", "qualifier", "text", "confidence", "start"} & result.keys()
    assert ask(store, "MATCH ()-[r:MENTIONS]->(:Model {key: 'model:oddlm'}) RETURN r.confidence") == [0.5]
    before = dump(store)
    assert outcomes(load_claims(store, papers)) == (0, 0, 3, 0, 0)
    assert dump(store) == before


def test_ends_that_the_schema_does_not_have_are_left_out_and_counted(store: Store) -> None:
    one = paper(
        "2401.00001",
        FOO,
        ("Metric", "F1"),
        relations=[("FooLM", "BASED_ON", "F1"), ("FooLM", "USES", "FooLM")],
        results=[{"value": 5, "subject": "F1"}],
    )
    summary = load_claims(store, [one])
    assert len(summary.left_out) == 3
    assert ask(store, "MATCH (:Result)-[r]->() RETURN type(r)") == []
    assert summary.after["Result"] == 1


def test_names_that_are_no_names_make_no_nodes(store: Store) -> None:
    one = paper(
        "2401.00001",
        ("Model", "our method"),
        ("Technique", "baseline"),
        ("Technique", "SOTA"),
        BAR,
        relations=[("our method", "BASED_ON", "BarLM"), ("our method", "COMPARED_WITH", "baseline")],
    )
    load_claims(store, [one])
    assert ask(store, "MATCH (e:Entity) RETURN e.name") == ["BarLM"]
    assert ask(store, "MATCH (p:Paper)-[r:BASED_ON]->(m) RETURN m.name") == ["BarLM"]


def test_claims_below_the_confidence_asked_for_stay_out(embedded_store: Store) -> None:
    one = paper("2401.00001", FOO, BAR)
    sure, unsure = one.entities
    one = replace(one, entities=(replace(sure, confidence=0.9), replace(unsure, confidence=0.2)))
    load_claims(embedded_store, [one], min_confidence=0.5)
    assert ask(embedded_store, "MATCH (e:Entity) RETURN e.name") == ["FooLM"]
    assert outcomes(load_claims(embedded_store, [one], min_confidence=0.1)) == (0, 1, 0, 0, 0)
    assert ask(embedded_store, "MATCH (e:Entity) RETURN count(e)") == [2]


def test_an_interrupted_load_keeps_what_was_read_and_a_rerun_completes(store: Store) -> None:
    papers = [
        paper(f"2401.000{i:02}", FOO, BAR, relations=[("FooLM", "USES", "BarLM")]) for i in range(1, 13)
    ]
    seen: list[int] = []

    def reading() -> Iterator[PaperClaims]:
        yield from papers[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_claims(store, reading(), batch_size=5, on_progress=lambda summary: seen.append(summary.papers))
    assert seen == [5, 7]
    assert ask(store, "MATCH (p:Paper) RETURN count(p)") == [7]
    assert outcomes(load_claims(store, papers, batch_size=5)) == (5, 0, 7, 0, 0)
    assert ask(store, "MATCH ()-[r:USES]->() RETURN count(r)") == [12]


class LossyStore(EmbeddedStore):
    """A store that loses an edge now and then."""

    def apply(self, changes: Changes) -> None:
        super().apply(replace(changes, edges=changes.edges[1:]))


def test_a_store_that_loses_edges_is_found_out(tmp_path: Path) -> None:
    with LossyStore(tmp_path / "graph.kgl") as store, pytest.raises(LoadError, match="MENTIONS"):
        load_claims(store, [paper("2401.00001", FOO, BAR)])


class FussyStore(EmbeddedStore):
    """A store that takes no paper with a certain word in its title."""

    def apply(self, changes: Changes) -> None:
        if any("unlucky" in str(node.properties.get("title")) for node in changes.nodes):
            raise StoreError("no room for the unlucky")
        super().apply(changes)


def test_a_paper_that_the_store_refuses_fails_alone(tmp_path: Path) -> None:
    papers = [paper(f"2401.0000{i}", FOO, title="An unlucky one" if i == 3 else None) for i in range(1, 6)]
    with FussyStore(tmp_path / "graph.kgl") as store:
        summary = load_claims(store, papers)
        assert outcomes(summary) == (4, 0, 0, 0, 1)
        assert summary.failures == [("arxiv:2401.00003", "no room for the unlucky")]
        assert ask(store, "MATCH (m:Model) RETURN m.papers") == [4]
        unlucky = [paper(f"2402.0000{i}", FOO, title=f"An unlucky one, {i}") for i in range(1, 6)]
        with pytest.raises(StoreError, match="no room"):
            load_claims(store, unlucky)


def test_names_are_those_that_papers_use_and_go_with_them(store: Store) -> None:
    forms = ["FooNet", "Foo-Net", "FooNet"]
    papers = [paper(f"2401.0000{i}", ("Model", form)) for i, form in enumerate(forms, 1)]
    load_claims(store, papers)
    assert ask(store, "MATCH (m:Model) RETURN m.key, m.name, m.aliases, m.alias_counts, m.papers") == [
        ("model:foonet", "FooNet", ["FooNet", "Foo-Net"], [2, 1], 3)
    ]
    load_claims(store, [paper("2401.00002", BAR)])
    assert ask(store, "MATCH (m:Model) WHERE m.key = 'model:foonet' RETURN m.aliases, m.papers") == [
        (["FooNet"], 2)
    ]


def test_an_abbreviation_that_a_later_paper_defines_joins_what_is_there(store: Store) -> None:
    gfpo, long = "GFPO", "Grouped Filter Policy Optimisation"
    tune = ("Technique", gfpo)
    load_claims(store, [paper("2401.00001", FOO, tune, relations=[("FooLM", "USES", gfpo)])])
    load_claims(store, [paper("2401.00002", BAR, ("Technique", long), relations=[("BarLM", "USES", long)])])
    assert ask(store, "MATCH (t:Technique) RETURN count(t)") == [2]
    load_claims(store, [paper("2401.00003", ("Technique", [long, gfpo]))])
    assert ask(store, "MATCH (m)-[r:USES]->(t:Technique) RETURN m.name, t.key, r.paper ORDER BY m.name") == [
        ("BarLM", "technique:gfpo", "arxiv:2401.00002"),
        ("FooLM", "technique:gfpo", "arxiv:2401.00001"),
    ]
    assert ask(store, "MATCH (t:Technique) RETURN t.aliases, t.papers") == [([gfpo, long], 3)]
    # The definition goes: the two part again.
    load_claims(store, [paper("2401.00003", FOO)])
    assert ask(store, "MATCH (m)-[:USES]->(t:Technique) RETURN m.name, t.key, t.papers ORDER BY m.name") == [
        ("BarLM", "technique:groupedfilterpolicyoptimization", 1),
        ("FooLM", "technique:gfpo", 1),
    ]


VOCABULARY = [
    ("Technique", ["Grouped Filters", "GF"]),
    ("Technique", ["Grand Fitting", "GF"]),
    ("Technique", "GF"),
    ("Technique", "grouped filter"),
    ("Technique", "Grand fitting"),
    ("Technique", ["Grouped Filters", "GFs"]),
    ("Technique", ["Grand Fitting", "Grouped Filters", "GF"]),
    FOO,
    ("Model", "Foo-LM"),
    ("Benchmark", ["GF-Bench", "Grouped Filter Bench"]),
]


@st.composite
def many_papers(draw: st.DrawFn) -> list[PaperClaims]:
    papers = []
    for i in range(draw(st.integers(1, 7))):
        things = draw(
            st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3, unique_by=lambda t: t[1][0])
        )
        if ("Technique", "GF") in things:  # its long forms would be other things of the same paper
            things = [thing for thing in things if thing[0] != "Technique"] + [("Technique", "GF")]
        names = [names if isinstance(names, str) else names[0] for _, names in things]
        pairs = [(names[0], "USES", name) for name in names[1:]]
        results = [{"value": draw(st.integers(1, 99)), "subject": names[0]}] if draw(st.booleans()) else []
        papers.append(
            paper(
                f"2401.000{i:02}",
                *things,
                relations=pairs if things[0][0] != "Benchmark" else (),
                results=results,
                introduces=names[:1],
            )
        )
    return papers


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(many_papers(), st.randoms(use_true_random=False), st.sampled_from([1, 2, 200]))
def test_the_order_of_papers_and_the_size_of_batches_make_no_difference(
    tmp_path_factory: pytest.TempPathFactory, papers: list[PaperClaims], random: Any, batch_size: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    shuffled = list(papers)
    random.shuffle(shuffled)
    with open_store(folder / "a.kgl") as one, open_store(folder / "b.kgl") as other:
        load_claims(one, papers)
        load_claims(other, shuffled, batch_size=batch_size)
        assert dump(one) == dump(other)
        load_claims(other, papers)
        assert dump(one) == dump(other)


@pytest.mark.shared
def test_the_gold_file_loads_and_loads_again(embedded_store: Store, request: pytest.FixtureRequest) -> None:
    file = request.config.rootpath.parent / "shared" / "gold" / "dev.jsonl"
    if not file.exists():
        pytest.skip("no gold data beside the checkout")
    summary = load_claims(embedded_store, read_claims(file))
    assert outcomes(summary) == (240, 0, 0, 0, 0)
    assert summary.after["Paper"] == 240
    assert ask(embedded_store, "MATCH ()-[r:USES]->() WHERE r.evidence IS NULL RETURN count(r)") == [0]
    again = load_claims(embedded_store, read_claims(file))
    assert outcomes(again) == (0, 0, 240, 0, 0)
    assert again.added() == {}
