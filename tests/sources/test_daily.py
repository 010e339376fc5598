import json
from typing import Any

import pytest
from papers_made import BAR, FOO, read, reasons

ITEM: dict[str, Any] = {
    "paper": {
        "id": "2405.01234",
        "title": "FooLM:\n A Model",
        "summary": FOO,
        "authors": [{"_id": "1", "name": "Ann Foo", "hidden": False}, {"name": "Bo Bar"}],
        "publishedAt": "2025-05-03T17:00:00.000Z",
        "submittedOnDailyAt": "2025-11-13T01:00:00.000Z",
        "upvotes": None,
    },
    "title": "FooLM:\n A Model",
    "publishedAt": "2025-05-03T17:00:00.000Z",
    "submittedBy": {"name": "someone"},
}
OTHER: dict[str, Any] = {
    "paper": {"id": "2405.04321", "title": "BarLM", "summary": BAR, "upvotes": 3},
    "numComments": 2,
}
BROKEN = {"title": "No paper inside", "publishedAt": "2025-11-13", "summary": FOO, "numComments": 1}


@pytest.mark.parametrize("indent", [None, 2])
def test_both_dates_are_kept_and_a_broken_item_alone_is_skipped(indent: int | None) -> None:
    papers, report = read(json.dumps([ITEM, BROKEN, OTHER], indent=indent), "daily.json")
    assert [paper.key for paper in papers] == ["arxiv:2405.01234", "arxiv:2405.04321"]
    foo, bar = papers
    assert (foo.title, foo.published, foo.listed) == ("FooLM: A Model", "2025-05-03", "2025-11-13")
    assert foo.authors == ("Ann Foo", "Bo Bar")
    assert foo.abstract == FOO
    assert (bar.published, bar.listed) == (None, None)
    assert (report.read, report.skipped, report.empty) == (2, 1, 0)
    (reason,) = reasons(report.problems)
    assert reason.startswith("daily.json:")
    assert 'without its object "paper"' in reason


def test_an_item_s_own_date_is_the_day_it_was_listed() -> None:
    item = {
        "paper": {"id": "2405.01234", "title": "FooLM", "publishedAt": "2025-05-03"},
        "publishedAt": "2025-05-06",
    }
    papers, _ = read(json.dumps([item]))
    assert (papers[0].published, papers[0].listed) == ("2025-05-03", "2025-05-06")


@pytest.mark.parametrize(
    "document",
    [
        ITEM,
        [ITEM],
        {"papers": [ITEM], "total": 1},
        ITEM["paper"],
        [[{"title": "x"}], ITEM],
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_one_item_an_array_or_an_array_in_an_object(document: Any, indent: int | None) -> None:
    papers, _ = read(json.dumps(document, indent=indent))
    assert [paper.key for paper in papers] == ["arxiv:2405.01234"]


def test_objects_one_below_the_other() -> None:
    papers, _ = read(json.dumps(ITEM, indent=2) + "\n" + json.dumps(OTHER, indent=2))
    assert len(papers) == 2


def test_items_have_the_line_where_they_begin() -> None:
    papers, report = read("[\n" + json.dumps(ITEM) + ",\n\n7,\n" + json.dumps(OTHER) + "\n]\n")
    assert len(papers) == 2
    assert [problem.line for problem in report.problems] == [4]


def test_what_stands_before_a_break_is_kept() -> None:
    text = json.dumps([ITEM, OTHER], indent=1)
    papers, report = read(text[: text.index('"BarLM"')], "cut.json")
    assert [paper.key for paper in papers] == ["arxiv:2405.01234"]
    assert report.failed == 1
    (reason,) = reasons(report.failures)
    assert reason.startswith("cut.json:")
    assert "what stood before was read" in reason


def test_a_day_without_papers_is_no_error() -> None:
    papers, report = read("[]")
    assert (papers, report.records, report.failures) == ([], 0, [])
