"""Made-up papers as claims, and the types of the fixtures that run commands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

ROOT = Path(__file__).resolve().parent.parent.parent

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[bytes]"]


def entity(number: int, kind: str, name: str, *forms: str, introduced: bool = False) -> dict[str, Any]:
    """An entity of a claims file; its mentions are found in the text."""
    return {
        "id": number,
        "type": kind,
        "name": name,
        "surface_forms": [name, *forms],
        "introduced": introduced,
    }


FOO = {
    "id": "2501.00001",
    "title": "FooLM: A Small Model That Reads",
    "abstract": "We present FooLM, a model that is fine-tuned from BarLM. On ZapBench FooLM reaches an accuracy of 63.2%.",
    "listed": "2025-01-02",
    "entities": [
        entity(1, "Model", "FooLM", introduced=True),
        entity(2, "Model", "BarLM"),
        entity(3, "Benchmark", "ZapBench"),
        entity(4, "Metric", "accuracy"),
    ],
    "relations": [{"head": 1, "type": "BASED_ON", "tail": 2}, {"head": 1, "type": "EVALUATED_ON", "tail": 3}],
    "results": [
        {
            "subject": 1,
            "benchmark": 3,
            "metric": 4,
            "value": 63.2,
            "unit": "%",
            "kind": "absolute",
            "versus": None,
            "qualifier": None,
        }
    ],
}
BAR = {
    "id": "2501.00002",
    "title": "A Bar Language Model",
    "abstract": "The Bar Language Model (BarLM) reads. We train 悟道 and Qwen9-72B with group filtered tuning.",
    "listed": "2025-01-03",
    "entities": [
        entity(1, "Model", "Bar Language Model", "BarLM", introduced=True),
        entity(2, "Model", "悟道", introduced=True),
        entity(3, "Model", "Qwen9-72B"),
        entity(4, "Technique", "group filtered tuning"),
    ],
    "relations": [{"head": 2, "type": "USES", "tail": 4}],
    "results": [],
}


def write_lines(path: Path, *records: Any) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path
