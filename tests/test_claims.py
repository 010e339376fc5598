from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_claims import paper, refuse

from kg import graph_schema
from kg.claims import ClaimsError, ClaimsReport, PaperClaims, from_json, read_claims, to_json, write_claims
from kg.sources.report import SourceError

TITLE = "FooLM: a model"
ABSTRACT = (
    "FooLM is fine-tuned from BarLM, cf. Doe et al. 2023. We try FooBench vs. BazBench, i.e. two benchmarks. "
    "It gains 2.5 points of accuracy on FooBench, and 87.2% in all."
)


def record(**fields: Any) -> dict[str, Any]:
    names = [("Model", "FooLM"), ("Model", "BarLM"), ("Benchmark", "FooBench"), ("Metric", "accuracy")]
    return {
        "id": "2401.00001",
        "title": TITLE,
        "abstract": ABSTRACT,
        "entities": [
            {"id": i, "type": type, "name": name, "surface_forms": [name]}
            for i, (type, name) in enumerate(names, 1)
        ],
        "relations": [{"head": 1, "type": "BASED_ON", "tail": 2}, {"head": "paper", "type": "EVALUATED_ON", "tail": 3}],
        "results": [{"subject": 1, "benchmark": 3, "metric": 4, "value": 2.5, "unit": "points", "kind": "delta"}],
        **fields,
    }  # fmt: skip


def test_evidence_is_the_sentence_that_holds_both_ends() -> None:
    claims = from_json(record(), refuse)
    text = claims.paper.text
    said = [r.evidence.sentence for r in (*claims.relations, *claims.results) if r.evidence]
    assert said == [
        "FooLM is fine-tuned from BarLM, cf. Doe et al. 2023.",
        "We try FooBench vs. BazBench, i.e. two benchmarks.",
        "It gains 2.5 points of accuracy on FooBench, and 87.2% in all.",
    ]
    (result,) = claims.results
    assert result.text == "2.5"
    assert result.mention
    assert text[slice(*result.mention)] == "2.5"
    for claim in (*claims.entities, *claims.relations, *claims.results):
        assert claim.evidence is not None
        assert text[claim.evidence.start : claim.evidence.end] == claim.evidence.sentence
    assert [text[a:b] for a, b in claims.entities[0].mentions] == ["FooLM", "FooLM"]


def test_evidence_that_is_given_stays_unless_it_is_not_in_the_text() -> None:
    sentence = "We try FooBench vs. BazBench, i.e. two benchmarks."
    start = f"{TITLE}\n{ABSTRACT}".index(sentence)
    given = {"sentence": sentence, "start": start, "end": start + len(sentence)}
    right, wrong = (
        {"head": 1, "type": "BASED_ON", "tail": 2, "confidence": 0.75, "evidence": evidence}
        for evidence in (given, {**given, "start": start + 3})
    )
    claims = from_json(record(relations=[right, wrong]), refuse)
    assert [r.evidence and r.evidence.start for r in claims.relations] == [start, len(TITLE) + 1]
    assert claims.relations[0].confidence == 0.75


def test_white_space_is_collapsed_and_offsets_move_along() -> None:
    title, abstract = "Foo\n  LM: a model", " FooLM  and\n Bar\tLM. "
    text = f"{title}\n{abstract}"

    def entity(id: int, form: str, *also: str) -> dict[str, Any]:
        mentions = [[text.index(name), text.index(name) + len(name)] for name in (form, *also)]
        named = {"id": id, "type": "Model", "name": form, "surface_forms": [form, *also]}
        return {**named, "mentions": mentions}

    entities = [entity(1, "Foo\n  LM", "FooLM"), entity(2, "Bar\tLM")]
    claims = from_json({"title": title, "abstract": abstract, "entities": entities}, refuse)
    assert claims.paper.text == "Foo LM: a model\nFooLM and Bar LM."
    said = [[claims.paper.text[a:b] for a, b in entity.mentions] for entity in claims.entities]
    assert said == [["Foo LM", "FooLM"], ["Bar LM"]]
    assert [entity.surface_forms for entity in claims.entities] == [("Foo LM", "FooLM"), ("Bar LM",)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "Modell"}, "entities[0]: unknown type 'Modell'"),
        ({"id": True}, "entities[0]: its id is True"),
        ({"id": 2}, "entities[1]: a second entity with the id 2"),
        ({"name": " "}, "entities[0]: no name"),
        ({"name": "x" * 40_000}, "a name of 40000 characters"),
        ({"mentions": [[0, 4]]}, "mention [0, 4] reads 'FooL'"),
        ({"mentions": [[900, 905]]}, "mention [900, 905] is outside the text"),
        ({"mentions": [[-5, 5]]}, "is outside the text"),
        ({"mentions": "0-5"}, "is outside the text"),
        ({"confidence": 1.5}, "its confidence is 1.5"),
        ({"confidence": "high"}, "its confidence is 'high'"),
    ],
)
def test_an_entity_that_is_wrong_is_left_out_with_what_names_it(change: dict[str, Any], reason: str) -> None:
    raw = record()
    raw["entities"][0] |= change
    problems: list[str] = []
    claims = from_json(raw, problems.append)
    assert any(reason in problem for problem in problems)
    assert len(claims.entities) == 3
    assert "BarLM" in [entity.name for entity in claims.entities] or change == {"id": 2}


@pytest.mark.parametrize(
    ("lists", "reason"),
    [
        ({"relations": [{"head": 1, "type": "LIKES", "tail": 2}]}, "relations[0]: unknown relation 'LIKES'"),
        ({"relations": [{"head": 9, "type": "USES", "tail": 2}]}, "its head 9 is no entity of this paper"),
        ({"relations": [{"head": 1, "type": "USES", "tail": "paper"}]}, "its tail 'paper' is no entity"),
        ({"relations": [{"head": 1, "type": "USES"}]}, "no tail"),
        (
            {"relations": [{"head": 1, "type": "COMPARED_WITH", "tail": 2, "outcome": "best"}]},
            "outcome 'best'",
        ),
        ({"relations": [5]}, "relations[0]: a number, not an object"),
        ({"relations": {"a": 1}}, "relations is an object, not a list"),
        ({"results": [{"value": "63.2", "kind": "absolute"}]}, "its value is '63.2', not a number"),
        ({"results": [{"value": 10**400, "kind": "absolute"}]}, "not a number"),
        ({"results": [{"value": True, "kind": "absolute"}]}, "its value is True"),
        ({"results": [{"value": 1, "kind": "relative"}]}, "unknown kind 'relative'"),
        ({"results": [{"value": 1, "kind": "delta", "metric": 77}]}, "its metric 77 is no entity"),
        ({"published": "last May"}, "published is 'last May', not a date"),
    ],
)
def test_other_claims_that_are_wrong_are_left_out_by_name(lists: dict[str, Any], reason: str) -> None:
    problems: list[str] = []
    claims = from_json(record(**lists), problems.append)
    assert len(problems) == 1
    assert reason in problems[0]
    assert len(claims.entities) == 4


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "a list where one paper"),
        ({"abstract": "x"}, "no title"),
        ({"title": " "}, "no title"),
        ({"title": 5}, "no title"),
        ({"title": "x", "abstract": ["y"]}, "the abstract is a list"),
        ({"title": "x" * 3000}, "a title of 3000 characters"),
        ({"title": "x", "abstract": "y \ud800"}, "half a character"),
    ],
)
def test_a_paper_that_cannot_be_read_says_why(raw: Any, reason: str) -> None:
    with pytest.raises(ClaimsError, match=re.escape(reason)):
        from_json(raw)


def test_keys_are_those_of_the_sources() -> None:
    def key(**fields: Any) -> tuple[str, int | None]:
        found = from_json({"title": "Some Title!", **fields}, refuse).paper
        return found.key, found.version

    assert key(id="arXiv:2401.00001v3") == ("arxiv:2401.00001", 3)
    assert key(id="math.GT/0309136") == ("arxiv:math/0309136", None)
    assert key(id=17) == key(id="whatever") == key()
    assert key()[0] == from_json({"title": "some title"}, refuse).paper.key
    assert to_json(paper("2401.00001"))["id"] == "2401.00001"


WORDS = [
    "FooLM",
    "BarLM",
    "Foo Bench",
    "F$_1$",
    "85.3",
    "−2.1",
    "vs.",
    "et al.",
    "with",
    "ünïcode",
    "悟道",
    "v2.0.",
    "so.",
]


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    title = (
        draw(st.text(min_size=1, max_size=12).filter(lambda t: bool(t.strip()) and "\x00" not in t))
        + " FooLM"
    )
    spaces = st.sampled_from([" ", "  ", "\n", "\t ", "\u00a0"])
    abstract = "".join(word + draw(spaces) for word in draw(st.lists(st.sampled_from(WORDS), max_size=25)))
    entities = [
        {"id": i, "type": type, "name": name, "surface_forms": [name], "introduced": draw(st.booleans())}
        for i, (type, name) in enumerate(
            [("Model", "FooLM"), ("Model", "BarLM"), ("Benchmark", "Foo Bench"), ("Metric", "F$_1$")], 1
        )
    ]
    text = f"{title}\n{abstract}"
    if draw(st.booleans()):
        entities[0]["mentions"] = [[m.start(), m.end()] for m in re.finditer("FooLM", text)]
    end = st.integers(1, 4)
    claim_type = st.sampled_from(graph_schema.schema().claim_types)
    confidence = st.none() | st.floats(0, 1)
    relation = {"head": end | st.just("paper"), "type": claim_type, "tail": end, "confidence": confidence}
    result = {
        "subject": st.none() | end | st.just("paper"),
        "metric": st.none() | end,
        "value": st.sampled_from([85.3, -2.1, 7, 2.0]),
        "unit": st.sampled_from([None, "%"]),
        "kind": st.sampled_from(["absolute", "delta"]),
        "confidence": confidence,
    }
    return {
        "id": draw(st.sampled_from(["2401.00001v2", "cs/0112019", "x", None])),
        "title": title,
        "abstract": abstract,
        "authors": draw(st.lists(st.sampled_from(["Ann One", "Bö Two"]), max_size=2)),
        "published": draw(st.sampled_from([None, "2024-01-02"])),
        "withdrawn": draw(st.booleans()),
        "reader": draw(st.sampled_from([None, "hand 1.0"])),
        "entities": entities,
        "relations": draw(st.lists(st.fixed_dictionaries(relation), max_size=4)),
        "results": draw(st.lists(st.fixed_dictionaries(result), max_size=3)),
    }


@settings(max_examples=80, deadline=None)
@given(records())
def test_claims_survive_a_file_and_every_offset_slices_the_text(raw: dict[str, Any]) -> None:
    claims = from_json(raw, refuse)
    text = claims.paper.text
    assert (
        text.split()
        == f"{raw['title']}\n{raw['abstract']}".translate(dict.fromkeys([*range(32), 127], " ")).split()
    )
    for claim in (*claims.entities, *claims.relations, *claims.results):
        if claim.evidence is not None:
            assert text[claim.evidence.start : claim.evidence.end] == claim.evidence.sentence
    for entity in claims.entities:
        assert all(text[a:b] in entity.surface_forms for a, b in entity.mentions)
    out = io.StringIO()
    assert write_claims([claims], out) == 1
    (back,) = read_claims(io.BytesIO(out.getvalue().encode()), strict=True)
    assert back == claims


FEW = [paper(f"2401.0000{i}", ("Model", "FooLM"), ("Model", "悟道")) for i in range(1, 4)]


@pytest.mark.parametrize("name", ["claims.jsonl", "论文.jsonl", "claims.jsonl.gz"])
def test_files_zipped_or_not_are_read_as_they_were_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert write_claims(FEW, path) == 3
    assert list(read_claims(path, strict=True)) == FEW
    assert path.read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")


def test_bad_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    good = json.dumps(to_json(FEW[0]))
    dangling = json.dumps({**to_json(FEW[1]), "relations": [{"head": 9, "type": "USES", "tail": 1}]})
    path = tmp_path / "claims.jsonl"
    lines = [good, good[:50], "", '{"title": NaN}', "[1]", dangling, "\ufeff{}", good]
    path.write_text("\n".join(lines), encoding="utf-8")
    report = ClaimsReport()
    assert len(list(read_claims(path, report))) == 3
    assert (report.papers, report.skipped, report.left_out) == (3, 4, 1)
    said = [str(problem) for problem in report.problems]
    assert [int(line.split(":")[1]) for line in said] == [2, 4, 5, 6, 7]
    assert all(line.startswith(f"{path}:") for line in said)
    with pytest.raises(SourceError, match=r"claims\.jsonl:2: not JSON"):
        list(read_claims(path, strict=True))


def test_a_zipped_file_that_breaks_off_gives_what_stands_before(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl.gz"
    data = gzip.compress("".join(json.dumps(to_json(one)) + "\n" for one in FEW * 200).encode())
    path.write_bytes(data[: len(data) * 3 // 4])
    found: list[PaperClaims] = []
    with pytest.raises(SourceError, match="breaks off"):
        found.extend(read_claims(path))
    for place in ("missing.jsonl", "."):
        with pytest.raises(SourceError):
            list(read_claims(tmp_path / place))


def test_case_57_a_paper_is_through_a_pipe_before_the_next_goes_in() -> None:
    code = "from kg.claims import *; write_claims(read_claims('-'), '-')"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin
        assert run.stdout
        for one in FEW:
            run.stdin.write(json.dumps(to_json(one)).encode() + b"\n")
            run.stdin.flush()
            assert from_json(json.loads(run.stdout.readline()), refuse) == one
        run.stdin.close()
        assert run.stdout.read() == b""


@pytest.mark.shared
def test_the_gold_file_is_read_whole_and_finds_its_evidence(request: pytest.FixtureRequest) -> None:
    file = request.config.rootpath.parent / "shared" / "gold" / "dev.jsonl"
    if not file.exists():
        pytest.skip("no gold data beside the checkout")
    raws = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    without = total = 0
    for raw, claims in zip(raws, read_claims(file, strict=True), strict=True):
        for name in ("entities", "relations", "results"):
            assert len(raw[name]) == len(getattr(claims, name))
        for claim in (*claims.entities, *claims.relations, *claims.results):
            total += 1
            without += claim.evidence is None
    assert total > 5000
    assert without <= total // 1000


def test_the_schema_is_one_thing_in_three_prints() -> None:
    schema = graph_schema.schema()
    assert schema.entity_labels == ("Model", "Technique", "Benchmark", "Dataset", "Task", "Metric")
    for name in (*schema.nodes, *schema.relations):
        assert f"| {name} " in graph_schema.table()
        assert name in graph_schema.mermaid()
    assert len(schema.claim_types) == 9
    assert "FOR (n:Entity) REQUIRE n.key IS UNIQUE" in graph_schema.cypher()
    assert "IS NODE KEY" not in graph_schema.cypher()  # Neo4j's paid edition only


@pytest.mark.parametrize(
    ("relation", "head", "tail", "yes"),
    [
        ("BASED_ON", "Model", "Model", True),
        ("BASED_ON", "Paper", "Technique", True),
        ("BASED_ON", "Model", "Task", False),
        ("VARIANT_OF", "Metric", "Metric", True),
        ("VARIANT_OF", "Model", "Technique", False),
        ("ON", "Result", "Benchmark", True),
        ("OF", "Result", "Metric", False),
        ("MENTIONS", "Paper", "Task", True),
        ("LIKES", "Model", "Model", False),
    ],
)
def test_the_schema_says_what_may_be_joined(relation: str, head: str, tail: str, yes: bool) -> None:
    assert graph_schema.allowed(relation, head, tail) is yes
