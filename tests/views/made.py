"""Invented graphs, of any size, shaped like real ones: papers that share benchmarks, and much that only one names."""

from __future__ import annotations

import random
from typing import Any

from kg.stores.base import Changes, Edge, Node
from kg.views.subgraph import Subgraph, ViewEdge, ViewNode

READER = "paperkg-test 0.1"
SYLLABLES = ["foo", "bar", "qux", "zap", "wib", "nim", "tor", "vex", "lum", "pel", "dra", "kos"]
TASKS = [
    "multi-hop question answering over long documents",
    "text-to-table generation",
    "code repair",
    "summarisation",
]
METRICS = ["accuracy", "F1", "pass@1", "nDCG@10"]
SHARED = ["ZapBench", "WibQA-Diamond", "Foo Question Answering Dataset v2", "LumEval Hard", "TorMath-500"]


def entity(kind: str, name: str, **more: Any) -> ViewNode:
    key = f"{kind.lower()}:{''.join(c for c in name.lower() if c.isalnum() or c in '.@')}"
    properties = {"key": key, "name": name, "aliases": [name], "alias_counts": [1], "papers": 1, **more}
    return ViewNode(key, kind, properties)


def paper(number: int, title: str, **more: Any) -> ViewNode:
    key = f"arxiv:2501.{number:05d}"
    properties = {
        "key": key,
        "title": title,
        "abstract": f"We present what {title} needs.",
        "url": f"https://arxiv.org/abs/2501.{number:05d}",
        "published": "2025-01-07",
        "listed": "2025-01-09",
        "authors": ["A. Author", "B. Writer"],
        **more,
    }
    return ViewNode(key, "Paper", properties)


def claim(
    relation: str, head: ViewNode, tail: ViewNode, source: ViewNode, sentence: str, **more: Any
) -> ViewEdge:
    said = {
        "paper": source.key,
        "evidence": sentence,
        "start": 40,
        "end": 40 + len(sentence),
        "confidence": 0.87,
        "reader": READER,
    }
    return ViewEdge(relation, head.key, tail.key, {**said, **more})


def result(
    number: int, text: str, source: ViewNode, sentence: str, parts: dict[str, ViewNode], **more: Any
) -> tuple[ViewNode, list[ViewEdge]]:
    key = f"result:{number:08x}"
    value = float(text.strip("%+ "))
    properties = {
        **{"key": key, "value": value, "unit": "%", "text": text, "kind": "absolute", "paper": source.key},
        **{"evidence": sentence, "start": 9, "end": 9 + len(sentence), "confidence": 0.91, "reader": READER},
        **more,
    }
    node = ViewNode(key, "Result", properties)
    edges = [ViewEdge("REPORTS", source.key, key, {"paper": source.key})]
    edges += [ViewEdge(kind, key, part.key, {"paper": source.key}) for kind, part in parts.items()]
    return node, edges


def graph(nodes: list[ViewNode], edges: list[ViewEdge], centre: tuple[str, ...] = ()) -> Subgraph:
    held = {node.key: node for node in nodes}
    sources = {key: node.properties for key, node in held.items() if node.type == "Paper"}
    return Subgraph(held, edges, sources, centre)


def made_graph(papers: int = 15, seed: int = 3) -> Subgraph:
    """About ten nodes a paper."""
    rng = random.Random(seed)
    used: set[str] = set()

    def word() -> str:
        while True:
            made = "".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3)) + len(used) // 1000)).title()
            if made not in used:
                used.add(made)
                return made

    benchmarks = [entity("Benchmark", name, papers=9) for name in SHARED]
    tasks = [entity("Task", name, papers=5) for name in TASKS]
    metrics = [entity("Metric", name, papers=7) for name in METRICS]
    bases = [
        entity("Model", f"{word()}-{size}", papers=6)
        for size in ("7B", "VL-72B-Instruct", "4o", "R1-Distill-14B")
    ]
    techniques = [
        entity("Technique", name, papers=8)
        for name in ("group relative policy optimisation", "LoRA", "chain-of-thought prompting")
    ]
    nodes = [*benchmarks, *tasks, *metrics, *bases, *techniques]
    edges: list[ViewEdge] = []
    for number in range(papers):
        own = entity("Model", f"{word()}{rng.choice(['', '-Thinker', '-Omni-Preview', ' 2.5 Long-Context'])}")
        source = paper(
            number,
            f"{own.name}: Teaching {rng.choice(['Small', 'Very Large', 'Multimodal'])} Models to Plan, Reason "
            "and Check Their Own Work",
        )
        base, bench, metric = rng.choice(bases), rng.choice(benchmarks), rng.choice(metrics)
        technique, task = rng.choice(techniques), rng.choice(tasks)
        data = entity(
            "Dataset",
            f"{word()}-{rng.choice(['Instruct-1.2M', 'Corpus', 'Pairs: Human-Verified Preference Annotations'])}",
        )
        method = entity("Technique", f"{word().lower()} self-verification with staged curriculum replay")
        rest = [
            entity("Benchmark", f"{word()}Bench"),
            entity("Model", f"{word()}-13B"),
            entity("Task", f"{word().lower()} planning"),
        ]
        new = f"We introduce {own.name}, which is built on {base.name} and uses {technique.name}."
        scores = f"{own.name} reaches {50 + number % 45}.4% {metric.name} on {bench.name}, ahead of {rest[1].name}."
        nodes += [own, source, data, method, *rest]
        edges.append(claim("INTRODUCES", source, own, source, new))
        for thing in (own, base, bench, metric, technique, task, data, method, *rest):
            edges.append(claim("MENTIONS", source, thing, source, new, forms=[thing.name]))
        edges += [
            claim("BASED_ON", own, base, source, new),
            claim("USES", own, technique, source, new),
            claim("USES", own, method, source, f"{own.name} adds {method.name}.", confidence=0.55),
            claim("TRAINED_ON", own, data, source, f"It is trained on {data.name}."),
            claim("EVALUATED_ON", own, bench, source, scores),
            claim("COMPARED_WITH", own, rest[1], source, scores, outcome="better"),
            claim("APPLIED_TO", own, task, source, f"{own.name} is made for {task.name}."),
            claim("MEASURED_BY", bench, metric, source, scores),
        ]
        node, more = result(
            number, f"{50 + number % 45}.4%", source, scores, {"OF": own, "ON": bench, "IN": metric}
        )
        nodes.append(node)
        edges += more
    return graph(nodes, edges)


def changes(made: Subgraph) -> Changes:
    """The graph as a batch for a store."""
    label = {key: node.type for key, node in made.nodes.items()}
    return Changes(
        nodes=[Node(node.type, key, node.properties) for key, node in made.nodes.items()],
        edges=[Edge(e.type, label[e.head], e.head, label[e.tail], e.tail, e.properties) for e in made.edges],
    )


def parallel_graph() -> tuple[Subgraph, ViewNode, ViewNode]:
    """FooLM is based on BarLM, say five papers; and one of them compares them and gives a number."""
    foo, bar, bench = (
        entity("Model", "FooLM", papers=5),
        entity("Model", "BarLM", papers=5),
        entity("Benchmark", "ZapBench"),
    )
    papers = [paper(i, f"Paper {'ABCDE'[i]} on FooLM") for i in range(5)]
    edges = [
        claim("BASED_ON", foo, bar, p, f"Paper {'ABCDE'[i]} says FooLM starts from BarLM.")
        for i, p in enumerate(papers)
    ]
    edges += [
        claim("MENTIONS", p, e, p, "FooLM and BarLM.", forms=[e.name]) for p in papers for e in (foo, bar)
    ]
    edges.append(claim("COMPARED_WITH", foo, bar, papers[0], "FooLM beats BarLM.", outcome="better"))
    number, more = result(
        1,
        "+4.2%",
        papers[0],
        "FooLM gains +4.2% on ZapBench.",
        {"OF": foo, "ON": bench, "VERSUS": bar},
        kind="delta",
    )
    return graph([foo, bar, bench, *papers, number], [*edges, *more]), foo, bar
