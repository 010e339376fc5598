"""Invented papers, and short ways to read them."""

import io
import json
from collections.abc import Callable
from typing import Any

from kg.papers import Paper
from kg.sources import ReadReport, read_papers

FOO = "We present FooLM, a model with 7B parameters. It reaches 63.2 on ZapBench and trails only BarLM."
BAR = "BarLM is trained on BazText. On ZapBench it beats all others, and on QuxEval it is second to QuxLM."
LONG = (
    FOO
    + " "
    + BAR
    + " "
    + "We release code, data and weights for all sizes, and study what each step adds. " * 3
)


def named(data: bytes, name: str = "made.txt") -> io.BytesIO:
    stream = io.BytesIO(data)
    stream.name = name  # type: ignore[attr-defined]
    return stream


def read(data: bytes | str, name: str = "made.txt", **options: Any) -> tuple[list[Paper], ReadReport]:
    report = ReadReport()
    data = data.encode() if isinstance(data, str) else data
    papers = list(read_papers([named(data, name)], report=report, **options))
    assert report.records == report.read + report.skipped + report.empty
    assert report.papers == len(papers)
    return papers, report


def only(item: Any) -> Paper:
    papers, report = read(json.dumps(item) + "\n")
    assert (len(papers), report.problems, report.failures) == (1, [], [])
    return papers[0]


def reasons(problems: list[Any]) -> list[str]:
    return [str(problem) for problem in problems]


def lines(*items: Any, dump: Callable[[Any], str] = json.dumps) -> str:
    return "".join((item if isinstance(item, str) else dump(item)) + "\n" for item in items)
