"""What a store holds, taken up whole or around a name."""

from __future__ import annotations

from collections import Counter

import pytest
from made import changes, claim, entity, graph, made_graph, paper, parallel_graph

from kg.stores.base import Store
from kg.views.subgraph import Subgraph, neighbourhood, whole


def rounded(value: object) -> object:
    return round(value, 6) if isinstance(value, float) else value


def as_sets(found: Subgraph) -> tuple[dict[str, object], Counter[str]]:
    nodes = {
        key: (node.type, sorted((k, str(rounded(v))) for k, v in node.properties.items()))
        for key, node in found.nodes.items()
    }
    edges = Counter(
        f"{e.head} {e.type} {e.tail} {sorted((k, str(rounded(v))) for k, v in e.properties.items())}"
        for e in found.edges
    )
    return nodes, edges


def test_whole_graph_is_what_was_stored(store: Store) -> None:
    made = made_graph(6)
    store.apply(changes(made))
    found = whole(store)
    assert as_sets(found) == as_sets(made)
    assert found.without_key == 0
    assert found.sources.keys() == {key for key, node in made.nodes.items() if node.type == "Paper"}


def test_counts_equal_the_stores_own(store: Store) -> None:
    store.apply(changes(made_graph(6)))
    found, counts = whole(store), store.counts()
    for kind, count in Counter(node.type for node in found.nodes.values()).items():
        assert counts[kind] == count
    for kind, count in Counter(edge.type for edge in found.edges).items():
        assert counts[kind] == count


def test_parallel_claims_stay_apart(store: Store) -> None:
    made, foo, bar = parallel_graph()
    store.apply(changes(made))
    said = [e for e in whole(store).edges if (e.type, e.head, e.tail) == ("BASED_ON", foo.key, bar.key)]
    assert sorted(e.properties["evidence"] for e in said) == [
        f"Paper {letter} says FooLM starts from BarLM." for letter in "ABCDE"
    ]
    network = whole(store).to_networkx()
    assert network.number_of_edges(foo.key, bar.key) == 6
    assert len({data["id"] for *_, data in network.edges(data=True)}) == network.number_of_edges()


def test_neighbourhood_brings_results_with_their_parts(store: Store) -> None:
    made, foo, bar = parallel_graph()
    store.apply(changes(made))
    around = neighbourhood(store, [foo.key])
    assert around.centre == (foo.key,)
    assert as_sets(around) == as_sets(made)  # everything is one step from FooLM; ZapBench through the result
    alone = neighbourhood(store, [foo.key, bar.key], depth=0)
    assert set(alone.nodes) == {foo.key, bar.key}
    assert len(alone.edges) == 6
    assert {s["title"] for s in alone.sources.values()} == {f"Paper {c} on FooLM" for c in "ABCDE"}


def test_neighbourhood_ends_at_its_depth(store: Store) -> None:
    a, b, c, d = (entity("Technique", name) for name in ("Aaa", "Bbb", "Ccc", "Ddd"))
    made = graph([a, b, c, d], [])
    source = paper(1, "On chains")
    made.nodes[source.key] = source
    made.edges = [
        claim("USES", x, y, source, f"{x.name} uses {y.name}.") for x, y in ((a, b), (b, c), (c, d))
    ]
    store.apply(changes(made))
    assert set(neighbourhood(store, [a.key], depth=1).nodes) == {a.key, b.key}
    assert set(neighbourhood(store, [a.key], depth=2).nodes) == {a.key, b.key, c.key}
    assert neighbourhood(store, [a.key], depth=1).sources[source.key]["title"] == "On chains"


@pytest.mark.parametrize("keys", [[], ["model:nosuch"]])
def test_unknown_names_give_nothing(store: Store, keys: list[str]) -> None:
    store.apply(changes(made_graph(1)))
    found = neighbourhood(store, keys)
    assert (found.nodes, found.edges, found.centre) == ({}, [], ())


def test_empty_store(store: Store) -> None:
    assert whole(store).nodes == {}
