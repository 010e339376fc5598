"""What the library's front promises, on each kind of store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_papers import BAR, FOO, entity

from kg.api import Graph, NameNotFoundError
from kg.claims import from_json
from kg.stores import Store


@pytest.fixture
def graph(store: Store) -> Graph:
    """The made-up papers, and names that look like lists."""
    names = ["ReAct", '["ReAct"]', "[1]", "1", "[]", '["']
    odd = {
        "id": "2501.00003",
        "title": "Odd names",
        "abstract": " and ".join(names) + " and Qwen9-7B.",
        "entities": [
            *(entity(n, "Technique", name) for n, name in enumerate(names)),
            entity(9, "Model", "Qwen9-7B"),
        ],
    }
    opened = Graph(store)
    assert opened.load(map(from_json, (FOO, BAR, odd))).new == 3
    return opened


def test_a_lookup_gathers_what_the_papers_say(graph: Graph) -> None:
    (foo,) = graph.lookup("foo-lm").entries
    assert [(r.type, r.outgoing, len(r.said)) for r in foo.relations] == [
        ("BASED_ON", True, 1),
        ("EVALUATED_ON", True, 1),
    ]
    (score,) = foo.results
    assert (score.value, score.unit, score.subject.name, score.benchmark.name, score.metric.name) == (
        63.2,
        "%",
        "FooLM",
        "ZapBench",
        "accuracy",
    )
    (bar,) = graph.lookup("BarLM").entries
    assert bar == graph.lookup("bar language models").entries[0]
    assert (bar.papers, len(bar.introduced), len(bar.used)) == (2, 1, 1)
    (benchmark,) = graph.lookup("ZapBench").entries
    assert benchmark.results == (score,)


@pytest.mark.parametrize("name", ["ReAct", '["ReAct"]', "[1]", "1", "[]", '["'])
def test_a_name_like_a_list_finds_itself_only(graph: Graph, name: str) -> None:
    answer = graph.lookup(name)
    assert [entry.name for entry in answer.entries] == [name]
    assert answer.also == ()


def test_a_slip_is_mended_and_another_number_is_not(graph: Graph) -> None:
    slip = graph.lookup("group filterd tuning")
    assert slip.typo
    assert slip.entries[0].name == "group filtered tuning"
    other = graph.lookup("Qwen9-71B")
    assert other.entries == ()
    assert {ref.name for ref in other.guesses} >= {"Qwen9-7B", "Qwen9-72B"}
    (seven,) = graph.lookup("Qwen9-7B").entries
    assert [ref.name for ref in seven.related] == ["Qwen9-72B"]


def test_stats_count_what_is_in_the_store(graph: Graph) -> None:
    stats = graph.stats()
    assert stats.nodes["Paper"] == 3
    assert stats.nodes["Entity"] == sum(
        n for label, n in stats.nodes.items() if label not in ("Paper", "Result", "Entity")
    )
    assert stats.relations["BASED_ON"] == 1
    assert stats.largest["Model"][0] == ("BarLM", 2)


def test_papers_that_are_known_are_not_read_again(graph: Graph) -> None:
    class Reading:
        name = "made-up 1"
        read_texts = 0

        def read(self, texts, *, batch_size=16):  # type: ignore[no-untyped-def]
            for text, context in texts:
                self.read_texts += 1
                yield {"entities": [entity(1, "Model", text.split(":")[0])]}, context

    reader = Reading()
    papers = [from_json({**FOO, "id": f"2504.0000{number}"}).paper for number in range(3)]
    assert graph.add(papers, reader=reader).new == 3
    assert graph.add(papers, reader=reader).unchanged == 3
    assert reader.read_texts == 3
    later = [replace(papers[0], comments="Accepted."), *papers[1:]]
    summary = graph.add(later, reader=reader)
    assert (summary.papers, summary.changed, summary.unchanged) == (3, 1, 2)
    assert graph.add(papers, reader=reader, reread=True).unchanged == 3
    assert reader.read_texts == 7
    reader.name = "made-up 2"
    assert graph.add(papers, reader=reader).changed == 3


def test_a_view_needs_a_name_that_is_there(graph: Graph) -> None:
    view = graph.view("FooLM")
    assert view.centre == ("model:foolm",)
    assert {edge.type for edge in view.edges} >= {"BASED_ON", "EVALUATED_ON", "INTRODUCES", "REPORTS"}
    with pytest.raises(NameNotFoundError, match="nothing is called FooLMM; did you mean FooLM"):
        graph.view(["FooLM", "FooLMM"])
