"""A small graph of made-up papers, and ways to run commands against it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from made_papers import BAR, FOO, ROOT, Process, Run, write_lines

from kg.cli.manual import kg


@pytest.fixture
def claims_file(tmp_path: Path) -> Path:
    """Two papers as a claims file."""
    return write_lines(tmp_path / "claims.jsonl", FOO, BAR)


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The two papers as a graph, to read only."""
    folder = tmp_path_factory.mktemp("graph")
    store = folder / "graph.kgl"
    result = CliRunner().invoke(
        kg, ["load", str(write_lines(folder / "c.jsonl", FOO, BAR)), "--store", str(store)]
    )
    assert result.exit_code == 0, result.output
    return str(store)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KG_STORE", raising=False)
    runner = CliRunner()
    return lambda *args, **extra: runner.invoke(kg, [str(a) for a in args], **extra)


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """Run a command in a process of its own, in an empty folder."""

    def start(
        *args: object, env: dict[str, str] | None = None, **extra: Any
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "kg", *map(str, args)],
            cwd=extra.pop("cwd", tmp_path),
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            capture_output=extra.pop("capture_output", True),
            timeout=120,
            check=False,
            **extra,
        )

    return start


@pytest.fixture(scope="session")
def needs_reader() -> None:
    """Skip where the reader's weights are not there."""
    if not (ROOT / "extractors" / "model" / "settings.json").exists():
        pytest.skip("the reader has no weights: extractors/model")
