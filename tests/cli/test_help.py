"""Help reads like a manual, the documents are current, and neither help nor a look-up loads what it does not need."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from made_papers import ROOT, Process, Run

from kg.cli.exits import MEANINGS
from kg.cli.manual import kg

HEAVY = (
    "spacy",
    "thinc",
    "onnxruntime",
    "tokenizers",
    "pyvis",
    "IPython",
    "pandas",
    "neo4j",
    "networkx",
    "numpy",
)


def test_help_names_every_command_status_and_shows_examples(run: Run) -> None:
    text = run("--help").output
    for name in kg.commands:
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
    for status in MEANINGS:
        assert re.search(rf"^ +{status}  ", text, re.MULTILINE)
    assert "kg build papers.jsonl" in text


@pytest.mark.parametrize("name", list(kg.commands))
def test_every_command_explains_itself_with_examples(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"kg {name}" in result.output.partition("Examples:")[2]
    for option in kg.commands[name].params:
        assert getattr(option, "help", None) or option.param_type_name == "argument"


def test_the_pages_of_commands_and_schema_are_current() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "docs", "--check", "cli", "schema"], check=True)


@pytest.mark.parametrize(
    "command", [["--help"], ["lookup", "FooLM"], ["lookup", "FoolLMM"], ["query", "RETURN 1"]]
)
def test_help_and_lookups_load_nothing_heavy(process: Process, graph: str, command: list[str]) -> None:
    done = process(*command, env={"PYTHONPROFILEIMPORTTIME": "1", "KG_STORE": graph})
    loaded = {line.split(b"|")[-1].strip().decode().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_version(run: Run) -> None:
    assert run("--version").output.startswith("paperkg")
