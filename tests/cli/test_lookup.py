"""kg lookup: what a person types finds what they mean, and nothing that merely looks like it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_papers import Run, entity, write_lines

from kg import open as open_graph
from kg.finding import is_typo


@pytest.mark.parametrize("name", ["FooLM", "foolm", "Foo-LM", "FOO LM", "model:foolm", r"\textbf{FooLM}"])
def test_a_name_is_found_in_any_spelling(run: Run, graph: str, name: str) -> None:
    result = run("lookup", name, "--store", graph)
    assert result.exit_code == 0
    assert result.output.startswith("FooLM  Model, 1 paper")


def test_every_claim_shows_its_sentence_and_paper(run: Run, graph: str) -> None:
    output = run("lookup", "FooLM", "--store", graph).output
    assert "BASED_ON (1)\n  → " in output
    assert "“We present FooLM, a model that is fine-tuned from BarLM.”" in output
    assert "FooLM: 63.2% accuracy on ZapBench" in output
    assert "“On ZapBench FooLM reaches an accuracy of 63.2%.”" in output
    assert output.count("[arxiv:2501.00001]") >= 3


def test_an_alias_leads_to_the_thing_and_both_papers(run: Run, graph: str) -> None:
    by_alias = json.loads(run("lookup", "BarLM", "--store", graph, "--json").output)
    by_name = json.loads(run("lookup", "Bar Language Model", "--store", graph, "--json").output)
    (entry,) = by_alias["entries"]
    assert entry == by_name["entries"][0]
    assert {form for form, _ in entry["aliases"]} == {"BarLM", "Bar Language Model"}
    assert [word["paper"] for word in entry["introduced"]] == ["arxiv:2501.00002"]
    assert [word["paper"] for word in entry["used"]] == ["arxiv:2501.00001"]
    (relation,) = entry["relations"]
    assert (relation["type"], relation["outgoing"], relation["other"]["name"]) == ("BASED_ON", False, "FooLM")


def test_a_slip_in_a_long_word_is_mended_and_said(run: Run, graph: str) -> None:
    result = run("lookup", "group filterd tuning", "--store", graph)
    assert result.exit_code == 0
    assert "Nothing is called group filterd tuning" in result.output
    assert "group filtered tuning  Technique" in result.output


def test_what_is_not_there_gets_guesses_and_its_own_exit_status(run: Run, graph: str) -> None:
    result = run("lookup", "ZapBenhc2", "--store", graph)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Nothing is called ZapBenhc2.",
        "Did you mean:",
        "  ZapBench  (Benchmark, 1 paper)",
    ]


PAIRS = [
    ("Qwen2.5-7B", "Qwen2.5-72B"),
    ("GPT-4", "GPT-4o"),
    ("MMLU", "MMLU-Pro"),
    ("AIME 2024", "AIME 2025"),
    ("DPO", "PPO"),
    ("BERT", "BART"),
    ("FooBench-v1", "FooBench-v2"),
    ("CIFAR-10", "CIFAR-100"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_names_that_look_alike_are_never_taken_for_each_other(
    run: Run, tmp_path: Path, one: str, other: str
) -> None:
    assert not is_typo(one, other)
    assert not is_typo(other, one)

    def paper(number: int, *names: str) -> dict[str, object]:
        things = [entity(place, "Model", name) for place, name in enumerate(names, 1)]
        text = "We read " + " and ".join(names) + "."
        return {"id": f"2501.1000{number}", "title": f"Paper {number}", "abstract": text, "entities": things}

    assert run("load", write_lines(tmp_path / "both.jsonl", paper(1, one, other))).exit_code == 0
    (entry,) = json.loads(run("lookup", one, "--json").output)["entries"]
    assert entry["name"] == one
    assert [form for form, _ in entry["aliases"]] == [one]

    assert (
        run("load", write_lines(tmp_path / "one.jsonl", paper(1, one)), "--store", "one.kgl").exit_code == 0
    )
    missing = run("lookup", other, "--store", "one.kgl", "--json")
    assert missing.exit_code == 1
    assert json.loads(missing.output)["entries"] == []


def test_sizes_of_one_family_are_shown_as_related(run: Run, tmp_path: Path) -> None:
    things = [entity(1, "Model", "Qwen9-7B"), entity(2, "Model", "Qwen9-72B")]
    record = {"id": "2501.3", "title": "Sizes", "abstract": "Qwen9-7B and Qwen9-72B.", "entities": things}
    run("load", write_lines(tmp_path / "c.jsonl", record))
    assert "Related names: Qwen9-72B (Model, 1 paper)" in run("lookup", "qwen9 7b").output


def test_names_that_look_like_lists_stay_apart(run: Run, tmp_path: Path) -> None:
    names = ["ReAct", '["ReAct"]', "[1]", "1", "[]", '["']
    records = [
        {
            "id": f"2501.2000{number}",
            "title": name,
            "abstract": f"It is called {name} here.",
            "entities": [entity(1, "Technique", name)],
        }
        for number, name in enumerate(names)
    ]
    assert run("load", write_lines(tmp_path / "c.jsonl", *records)).exit_code == 0
    for name in names:
        found = json.loads(run("lookup", "--json", "--", name).output)
        assert [entry["name"] for entry in found["entries"]] == [name]
        assert found["also"] == []


def test_long_lists_say_what_they_leave_out(run: Run, tmp_path: Path) -> None:
    records = [
        {
            "id": f"2501.3000{number}",
            "title": f"Paper {number}",
            "abstract": f"Reader {number} uses FooLM.",
            "entities": [entity(1, "Model", "FooLM")],
        }
        for number in range(8)
    ]
    run("load", write_lines(tmp_path / "c.jsonl", *records))
    assert "… 3 more; --all shows them" in run("lookup", "FooLM").output
    everything = run("lookup", "FooLM", "--all").output
    assert "more" not in everything
    assert all(f"Paper {number}" in everything for number in range(8))


def test_the_library_answers_the_same(graph: str) -> None:
    with open_graph(graph, read_only=True) as opened:
        (entry,) = opened.lookup("FooLM").entries
        assert entry.results[0].said.evidence == "On ZapBench FooLM reaches an accuracy of 63.2%."
        with pytest.raises(LookupError, match="did you mean FooLM"):
            opened.view("FooLMM")
        assert opened.view("FooLM").centre == ("model:foolm",)
