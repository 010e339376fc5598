import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_made import BAR, FOO, lines, only, read, reasons

from kg.papers import title_key
from kg.sources import SourceError, read_papers

GOOD = {"id": "2406.01234", "title": "FooLM", "abstract": FOO}

SEVEN = lines(
    GOOD,
    '{"title": NaN}',
    '{"title": "Cut in half", "abstr',
    [{"title": "One", "abstract": FOO}, {"title": "Two", "abstract": BAR}],
    {"title": "Null", "abstract": None},
    {"title": "Placeholder", "abstract": "No abstract available."},
    {"title": "BarLM", "abstract": "Abstract: " + BAR},
)


def test_bad_lines_are_named_and_the_others_read() -> None:
    papers, report = read(SEVEN, "seven.jsonl")
    assert [paper.title for paper in papers] == ["FooLM", "One", "Two", "Null", "Placeholder", "BarLM"]
    assert [paper.abstract for paper in papers] == [FOO, FOO, BAR, "", "", BAR]
    assert (report.read, report.skipped, report.empty) == (3, 2, 2)
    assert report.records == 7
    first, second = reasons(report.problems)
    assert first == "seven.jsonl:2: no title"
    assert second.startswith("seven.jsonl:3: not JSON: ")
    assert not report.failures


def test_strict_stops_at_the_first_bad_line() -> None:
    papers, report = read(SEVEN, "seven.jsonl", strict=True)
    assert [paper.title for paper in papers] == ["FooLM"]
    assert report.records == 2
    assert reasons(report.failures) == reasons(report.problems) == ["seven.jsonl:2: no title"]


def test_without_a_report_strict_raises_and_lenient_logs(
    tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "seven.jsonl"
    file.write_text(SEVEN)
    papers = read_papers(file, strict=True)
    assert next(papers).title == "FooLM"
    with pytest.raises(SourceError, match=r"seven\.jsonl:2: no title"):
        next(papers)
    assert len(list(read_papers(file))) == 6
    assert "seven.jsonl:3: not JSON" in caplog.text


def test_a_bad_paper_in_an_array_does_not_lose_its_neighbour() -> None:
    papers, report = read(lines([GOOD, {"title": ""}, 7], GOOD))
    assert len(papers) == 2
    assert (report.read, report.skipped) == (1, 1)
    assert reasons(report.problems) == [
        "made.txt:1: paper 2 of 3: the title is blank",
        "made.txt:1: paper 3 of 3: a number where an object should be",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("7", "a number where an object"),
        ('"text"', "text where an object"),
        ("null", "null where an object"),
        ("[]", "an array with nothing in it"),
        ('{"abstract": "x"}', "no title"),
        ('{"title": 7}', "the title is a number, not text"),
        ('{"title": 1.5}', "the title is a number, not text"),
        ('{"title": ["x"]}', "the title is a list, not text"),
        ('{"title": " \\n "}', "the title is blank"),
        ('{"title": "x", "abstract": {}}', "the abstract is an object, not text"),
        ('{"title": "x\\ud800"}', r"half a character (\ud800)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"title": "x", "n": ' + "9" * 5000 + "}", "too many digits"),
        (json.dumps({"title": "x" * 3000}), "a title of 3,000 characters"),
        (json.dumps({"title": "x", "abstract": "word " * 1_000_000}), "an abstract of 5,000,000 characters"),
    ],
    ids=lambda text: text[:30],
)
def test_says_why_a_line_is_no_paper(line: str, reason: str) -> None:
    papers, report = read(lines(GOOD, line, GOOD))
    assert (len(papers), report.read, report.skipped) == (2, 2, 1)
    (problem,) = report.problems
    assert problem.line == 2
    assert reason in problem.reason
    assert len(str(problem)) < 160


def test_every_field() -> None:
    paper = only(
        {
            "id": "arXiv:2406.01234v2",
            "title": " FooLM:\n  a model ",
            "abstract": "  We present\n\tFooLM. ",
            "url": "https://example.org/foo",
            "published": "2024-06-03T17:59:59Z",
            "listed": "2024-06-05",
            "authors": ["Ann Foo", {"name": "Bo  Bar"}],
            "categories": "cs.CL cs.LG",
            "comments": "12 pages",
        }
    )
    assert (paper.key, paper.version) == ("arxiv:2406.01234", 2)
    assert paper.url == "https://arxiv.org/abs/2406.01234"
    assert paper.text == "FooLM: a model\nWe present FooLM."
    assert (paper.published, paper.listed) == ("2024-06-03", "2024-06-05")
    assert paper.authors == ("Ann Foo", "Bo Bar")
    assert paper.categories == ("cs.CL", "cs.LG")
    assert paper.comments == "12 pages"
    assert not paper.withdrawn


def test_versions_of_one_paper_have_one_key() -> None:
    ids = [
        "2406.01234v1",
        "arXiv:2406.01234v3",
        "https://arxiv.org/pdf/2406.01234v2.pdf",
        "https://huggingface.co/papers/2406.01234",
    ]
    papers, _ = read(lines(*({"id": name, "title": "FooLM", "abstract": name} for name in ids)))
    assert {paper.key for paper in papers} == {"arxiv:2406.01234"}
    assert [paper.version for paper in papers] == [1, 3, 2, None]
    assert [paper.abstract for paper in papers] == ids


@pytest.mark.parametrize(
    "fields",
    [
        {"arxiv_id": "2406.01234"},
        {"id": 17, "arxivId": "2406.01234"},
        {"id": "foo", "url": "https://arxiv.org/abs/2406.01234"},
        {"entry_id": "http://arxiv.org/abs/2406.01234"},
        {"doi": "10.48550/arXiv.2406.01234"},
        {"paperId": "ab12", "externalIds": {"ArXiv": "2406.01234"}},
    ],
)
def test_finds_the_arxiv_id_wherever_it_stands(fields: dict[str, Any]) -> None:
    assert only({"title": "FooLM", **fields}).key == "arxiv:2406.01234"


def test_the_version_may_stand_in_the_address() -> None:
    paper = only({"title": "FooLM", "id": "2406.01234", "url": "https://arxiv.org/abs/2406.01234v2"})
    assert (paper.key, paper.version) == ("arxiv:2406.01234", 2)
    assert (
        only({"title": "FooLM", "id": "2406.01234", "url": "https://arxiv.org/abs/2406.04321v2"}).version
        is None
    )


def test_an_id_that_json_takes_for_a_number_keeps_its_zero() -> None:
    papers, _ = read('{"id": 2406.01230, "title": "FooLM"}\n')
    assert papers[0].key == "arxiv:2406.01230"


def test_a_paper_without_an_arxiv_id_goes_by_its_title() -> None:
    paper = only({"id": "17", "title": "FooLM", "url": "https://example.org/17"})
    assert (paper.key, paper.url) == (title_key("FooLM"), "https://example.org/17")
    assert only({"title": "FooLM", "url": "javascript:alert(1)"}).url is None


def test_metadata_as_arxiv_gives_it() -> None:
    paper = only(
        {
            "id": "0704.0001",
            "authors": "A. B. Foo, C. Bar and D.-E. Baz",
            "title": "FooLM\n  and its uses",
            "comments": None,
            "doi": "10.1000/foo",
            "categories": "hep-ph cs.CL",
            "abstract": "  We present FooLM.\n",
            "versions": [
                {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
                {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
            ],
            "update_date": "2008-11-26",
        }
    )
    assert (paper.key, paper.version, paper.published) == ("arxiv:0704.0001", 2, "2007-04-02")
    assert paper.authors == ("A. B. Foo", "C. Bar", "D.-E. Baz")
    assert paper.categories == ("hep-ph", "cs.CL")


@pytest.mark.parametrize("text", ["soon", "2024-02-30", "2024", 17, True, {"a": 1}, "x" * 10_000])
def test_a_date_that_is_none_is_left_out_and_said(text: Any) -> None:
    papers, report = read(lines({"title": "FooLM", "abstract": FOO, "published": text}))
    assert (papers[0].published, report.read) == (None, 1)
    (note,) = report.notes
    assert note.line == 1
    assert "published" in note.reason
    assert len(note.reason) < 100


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2024-05-27", "2024-05-27"),
        ("2024/5/7", "2024-05-07"),
        ("20240527", "2024-05-27"),
        ("2024-05-27T23:59:59.000Z", "2024-05-27"),
        ("2024-05-27 10:00:00+02:00", "2024-05-27"),
        ("May 27, 2024", "2024-05-27"),
        ("27 September 2024", "2024-09-27"),
        ("Mon, 27 May 2024 10:00:00 GMT", "2024-05-27"),
        (1716768000000, "2024-05-27"),
        ("", None),
        (None, None),
        (math.nan, None),
    ],
)
def test_dates(written: Any, iso: str | None) -> None:
    assert only({"title": "FooLM", "published": written}).published == iso


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ann Foo, Bo Bar and Cy Baz", ("Ann Foo", "Bo Bar", "Cy Baz")),
        ("Foo, Ann; Bar, Bo", ("Foo, Ann", "Bar, Bo")),
        ("Foo, Ann and Bar, Bo", ("Foo, Ann", "Bar, Bo")),
        ("Ann Foo", ("Ann Foo",)),
        ('["Ann Foo", "Bo Bar"]', ("Ann Foo", "Bo Bar")),
        ("['Ann Foo', 'Bo Bar']", ("Ann Foo", "Bo Bar")),
        ([], ()),
        (None, ()),
        (7, ()),
    ],
)
def test_authors(written: Any, names: tuple[str, ...]) -> None:
    assert only({"title": "FooLM", "authors": written}).authors == names


@pytest.mark.parametrize(
    "abstract",
    [
        None,
        "",
        " \n ",
        "...",
        "No abstract available.",
        "Abstract: No abstract available",
        "[Abstract not available]",
        "There is no abstract for this paper.",
        "abstract is not yet available",
        "N/A",
        "none",
        "Abstract",
    ],
)
def test_what_stands_for_no_abstract_is_none(abstract: str | None) -> None:
    papers, report = read(lines({"title": "FooLM", "abstract": abstract}))
    assert papers[0].abstract == ""
    assert (report.read, report.skipped, report.empty) == (0, 0, 1)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Abstract: We present FooLM.", "We present FooLM."),
        ("ABSTRACT We present FooLM.", "We present FooLM."),
        ("Abstract — We present FooLM.", "We present FooLM."),
        ("Abstract.We present FooLM.", "We present FooLM."),
        ("Abstract-level reasoning is hard.", "Abstract-level reasoning is hard."),
        ("Abstract Meaning Representation is used.", "Abstract Meaning Representation is used."),
        ("No abstract reasoning is needed by FooLM.", "No abstract reasoning is needed by FooLM."),
        ("a\u0000b\u00a0c", "a b c"),
        (r"F$_1$ of 90.5\% and a~b", r"F$_1$ of 90.5\% and a~b"),
    ],
)
def test_only_the_heading_goes(written: str, kept: str) -> None:
    assert only({"title": "FooLM", "abstract": written}).abstract == kept


@pytest.mark.parametrize(
    ("fields", "withdrawn"),
    [
        ({"abstract": "This paper has been withdrawn by the author due to an error in Theorem 3."}, True),
        ({"abstract": "Withdrawn by the authors."}, True),
        ({"abstract": FOO, "comments": "Withdrawn: superseded"}, True),
        ({"abstract": FOO, "comments": "This submission has been withdrawn by arXiv administrators"}, True),
        ({"abstract": FOO, "withdrawn": True}, True),
        ({"abstract": "We study when a paper is withdrawn, with FooLM.", "withdrawn": False}, False),
        ({"abstract": "Withdrawn papers are still cited."}, False),
        ({"abstract": FOO}, False),
    ],
)
def test_withdrawn(fields: dict[str, Any], withdrawn: bool) -> None:
    papers, report = read(lines({"title": "FooLM", **fields}))
    assert papers[0].withdrawn is withdrawn
    assert report.withdrawn == withdrawn


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
_fields = st.sampled_from([
    "title", "abstract", "summary", "id", "url", "paper", "published", "listed", "authors", "categories",
    "comments", "versions", "externalIds",
])  # fmt: skip
_line = st.one_of(
    _json,
    st.dictionaries(_fields, _json, max_size=6),
    st.lists(st.dictionaries(_fields, _json, max_size=4), max_size=3),
    st.fixed_dictionaries({"title": st.text(max_size=20), "abstract": st.text(max_size=40)}),
).map(json.dumps) | st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)


@given(st.lists(_line, max_size=8))
def test_every_line_is_read_skipped_or_empty(made: list[str]) -> None:
    text = "\n".join([json.dumps(GOOD), *made, ""])
    papers, report = read(text, format="jsonl")
    assert report.records == 1 + sum(bool(line.strip()) for line in made)
    assert report.skipped <= len(report.problems)
    assert not report.failures
    for paper in papers:
        paper.text.encode()
        assert paper.title == " ".join(paper.title.split()) != ""
