"""kg query: reads unless told to write, types parameters as documented, cuts nothing."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_papers import Process, Run, entity, write_lines

from kg.cli.parameters import parameter_names, parse_value

COUNT = "MATCH (n) RETURN count(n) AS n"


def rows(run: Run, *args: object) -> list[dict[str, Any]]:
    result = run("query", *args, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_question_is_answered_in_every_format(run: Run, graph: str) -> None:
    cypher = (
        "MATCH (m:Model)-[r:BASED_ON]->(b:Model) RETURN m.name AS model, b.key AS base, r.evidence AS said"
    )
    sentence = "We present FooLM, a model that is fine-tuned from BarLM."
    (row,) = rows(run, cypher, "--store", graph)
    assert row["model"] == "FooLM"
    assert row["said"] == sentence
    outputs = {
        form: run("query", cypher, "--store", graph, "--format", form).stdout
        for form in ("table", "jsonl", "csv")
    }
    assert json.loads(outputs["jsonl"]) == row
    assert next(csv.DictReader(io.StringIO(outputs["csv"]))) == row
    assert outputs["table"].splitlines()[2].split("  ") == list(row.values())


WRITES = [
    "match (n) /* x */ detach delete n",
    "FOREACH (x IN [1] | CREATE (:X))",
    "CALL { CREATE (:X) } RETURN 1",
    "LOAD CSV FROM 'file:///x' AS r RETURN r",
]


@pytest.mark.parametrize("cypher", WRITES)
def test_a_statement_that_would_write_is_refused(run: Run, claims_file: Path, cypher: str) -> None:
    run("load", claims_file)
    before = rows(run, COUNT)
    result = run("query", cypher)
    assert result.exit_code == 5
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert rows(run, COUNT) == before


@pytest.mark.parametrize(
    "cypher", ["MATCH (n) WHERE n.name CONTAINS 'DELETE SET' RETURN n", "MATCH (n:`CREATE`) RETURN n"]
)
def test_a_harmless_statement_with_words_of_writing_runs(run: Run, graph: str, cypher: str) -> None:
    assert rows(run, cypher, "--store", graph) == []


def test_writing_needs_to_be_asked_for(run: Run, claims_file: Path) -> None:
    run("load", claims_file)
    assert run("query", "CREATE (:Note {text: 'mine'})", "--write").exit_code == 0
    assert rows(run, "MATCH (n:Note) RETURN n.text AS text") == [{"text": "mine"}]


def test_an_endless_statement_ends_at_its_timeout(run: Run, tmp_path: Path) -> None:
    things = [entity(number, "Model", f"Foo{number}LM") for number in range(1, 31)]
    record = {
        "id": "2501.4",
        "title": "All of them",
        "abstract": " ".join(thing["name"] for thing in things),
        "entities": things,
        "relations": [
            {"head": a["id"], "type": "COMPARED_WITH", "tail": b["id"], "outcome": "better"}
            for a in things
            for b in things
            if a is not b
        ],
    }
    run("load", write_lines(tmp_path / "c.jsonl", record))
    result = run("query", "MATCH p=(a)-[*]->(b) RETURN count(p)", "--timeout", "0.3")
    assert result.exit_code == 6
    assert result.stdout == ""


def test_parameters_have_the_type_they_look_like(run: Run, graph: str) -> None:
    given = [
        "year=2024",
        "name=007",
        "flag=true",
        "q=a=b",
        'x=["a"]',
        'quoted="2024"',
        "none=null",
        "share=0.5",
        "e=",
    ]
    names = [pair.split("=")[0] for pair in given]
    statement = "RETURN " + ", ".join(f"${name} AS {name}" for name in names)
    (row,) = rows(run, statement, "--store", graph, *(part for pair in given for part in ("-p", pair)))
    assert list(row.values()) == [2024, "007", True, "a=b", ["a"], "2024", None, 0.5, ""]


def test_a_parameter_can_be_said_to_be_text(run: Run, graph: str) -> None:
    assert rows(run, "RETURN $year AS year", "-t", "year=2024", "--store", graph) == [{"year": "2024"}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["-p", "other=1"],
            "the statement needs $name; give -p name=VALUE; the statement does not use other",
        ),
        ([], "the statement needs $name"),
        (["-p", "name=1", "-p", "more=2"], "the statement does not use more"),
        (["-p", "name"], "'name' is not name=value"),
        (["-p", "name=1", "-t", "name=2"], "name is given twice"),
        (["-p", "name=123456789012345678901"], "does not fit in 64 bits"),
    ],
)
def test_wrong_parameters_are_named(run: Run, graph: str, options: list[str], said: str) -> None:
    result = run("query", "MATCH (n {name: $name}) RETURN n", "--store", graph, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_only_real_parameters_count() -> None:
    cypher = "RETURN '$text', \"$more\", $a // $comment\n + $`b c` /* $block */ + n.`$quoted` + $a"
    assert parameter_names(cypher) == ["a", "b c"]


@given(st.text())
def test_any_text_given_as_json_text_comes_back(text: str) -> None:
    assert parse_value(json.dumps(text)) == text


@given(st.text(alphabet="abc[]{}\"'\\,:0123456789.eE+-", max_size=12))
def test_no_value_breaks_the_reading(text: str) -> None:
    with suppress(ValueError):  # more than 64 bits
        value = parse_value(text)
        assert value == text or json.loads(text) == value


def test_a_statement_comes_from_standard_input(run: Run, graph: str) -> None:
    result = run(
        "query", "-", "--store", graph, "--format", "json", input="MATCH (p:Paper) RETURN count(p) AS n "
    )
    assert json.loads(result.stdout) == [{"n": 2}]


@pytest.mark.parametrize(
    ("statement", "status", "said"),
    [
        ("MATCH (n) RETURN n; MATCH (m) RETURN m", 5, "one statement at a time"),
        ("MATCH (n) RETURN n; MATCH (m", 5, "one statement at a time"),
        ("MATCH (n) RETURN n.name + 'unfinished", 5, ""),
        ("MATCH (n", 5, ""),
        ("   ", 2, "the statement is empty"),
        (b"RETURN '\xff'", 3, "byte 9 is not UTF-8"),
    ],
)
def test_what_is_no_single_statement_fails(
    run: Run, graph: str, statement: str | bytes, status: int, said: str
) -> None:
    result = run("query", "-", "--store", graph, input=statement)
    assert result.exit_code == status
    assert result.stdout == ""
    assert said in result.stderr


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_nothing_is_cut_in_a_file(process: Process, tmp_path: Path, form: str) -> None:
    sentence = "FooLM reads " + "x" * 3000 + "."
    record = {
        "id": "2501.5",
        "title": "Long",
        "abstract": sentence,
        "entities": [entity(1, "Model", "FooLM")],
    }
    assert process("load", write_lines(tmp_path / "c.jsonl", record)).returncode == 0
    answer = process(
        "query", "MATCH ()-[r:MENTIONS]->() RETURN r.evidence AS said, 1 AS one", "--format", form
    )
    assert sentence in answer.stdout.decode()


def test_an_unknown_label_is_named_with_a_guess_and_stdout_stays_clean(run: Run, graph: str) -> None:
    result = run("query", "MATCH (n:Modell) RETURN n", "--store", graph, "--format", "json")
    assert result.stdout == "[]\n"
    assert "Modell" in result.stderr
    assert "Model'" in result.stderr
