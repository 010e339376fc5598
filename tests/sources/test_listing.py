import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_made import BAR, FOO, LONG, read, reasons

from kg.papers import title_key
from kg.sources import ReadReport, read_papers
from kg.sources.listing import _year

TOP = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "Daily Papers\n\nbyAK and the research community\n\nNov 13\n\n"
)


def paper(title: str, abstract: str = LONG, footer: str = "  • 7 authors\n·\nMay 27 2\n\n") -> str:
    return f"{title}\n\n{abstract}\n\n{footer}"


PAGE = (
    TOP
    + paper("FooLM: A Model", footer="")
    + paper("BarLM")
    + paper("BazLM", LONG + " cut in the mid", "  • 1 author\n·\nOct 2, 2024 3\n\n")
    + paper("QuxLM", footer="  • 1,024 authors\n·\nAug 4\n\n")
    + paper("ZapBench", footer="  • 4 authors\n·\nMay 12, 2022")
)


def test_a_page_becomes_its_papers() -> None:
    papers, report = read(PAGE, "listing-2025-11-13.txt")
    assert [p.title for p in papers] == ["FooLM: A Model", "BarLM", "BazLM", "QuxLM", "ZapBench"]
    assert [p.published for p in papers] == [None, "2025-05-27", "2024-10-02", "2025-08-04", "2022-05-12"]
    assert {p.listed for p in papers} == {"2025-11-13"}
    assert papers[0].abstract == " ".join(LONG.split())
    assert papers[2].abstract.endswith(" cut in the mid")
    assert papers[0].key == title_key("FooLM: A Model")
    assert (report.read, report.skipped, report.empty, report.notes) == (5, 0, 0, [])


def test_line_numbers_count_from_the_top_of_the_page() -> None:
    data = PAGE.encode().replace(b"\nQuxLM\n", b"\nQux\x96LM\n")
    papers, report = read(data, "page.txt")
    assert len(papers) == 4
    (problem,) = report.problems
    assert problem.line == data.split(b"\n").index(b"Qux\x96LM") + 1
    assert f"byte {data.index(0x96)} (0x96) is not UTF-8" in problem.reason


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    assert read(PAGE.replace("\n", end), "2025.txt")[0] == read(PAGE, "2025.txt")[0]


@pytest.mark.parametrize(
    "top", ["", TOP, TOP.replace("Nov 13", "Nov 13, 2025"), "Daily Papers\n\nNov 13\n\n"]
)
def test_the_top_of_the_page_is_no_paper(top: str) -> None:
    papers, _ = read(top + PAGE.removeprefix(TOP), year=2025)
    assert [p.title for p in papers] == ["FooLM: A Model", "BarLM", "BazLM", "QuxLM", "ZapBench"]


def test_papers_without_a_footer_stand_apart_wherever_they_are() -> None:
    text = TOP + paper("One", footer="") + paper("Two", footer="") + paper("Three") + paper("Four", footer="")
    papers, _ = read(text + paper("Five", footer=""), year=2025)
    assert [p.title for p in papers] == ["One", "Two", "Three", "Four", "Five"]
    assert {p.abstract for p in papers} == {" ".join(LONG.split())}
    assert [p.published for p in papers] == [None, None, "2025-05-27", None, None]


def test_an_abstract_may_have_paragraphs_and_broken_lines() -> None:
    papers, _ = read(TOP + paper("One", LONG + "\n\n" + FOO.replace(". ", ".\n")) + paper("Two"), year=2025)
    assert [p.title for p in papers] == ["One", "Two"]
    assert papers[0].abstract == " ".join((LONG + FOO).split())


def test_a_paper_without_an_abstract_is_counted() -> None:
    papers, report = read(TOP + "One\n\n  • 7 authors\n·\nMay 27\n\n" + paper("Two"), year=2025)
    assert [(p.title, bool(p.abstract)) for p in papers] == [("One", False), ("Two", True)]
    assert (report.read, report.empty) == (1, 1)


def test_a_footer_that_lost_its_paper_and_an_abstract_that_lost_its_title_are_named() -> None:
    footer = "  • 7 authors\n·\nMay 27\n\n"
    papers, report = read(TOP + paper("One") + footer + LONG * 2 + "\n\n" + footer + paper("Two"), year=2025)
    assert [p.title for p in papers] == ["One", "Two"]
    assert [problem.reason for problem in report.problems] == [
        "a footer without a paper before it",
        "an abstract without a title before it",
    ]


def test_an_abstract_that_never_ends_is_refused_alone() -> None:
    papers, report = read(TOP + paper("One", "word " * 1_000_000) + paper("Two", BAR), year=2025)
    assert [p.title for p in papers] == ["Two"]
    assert "a text of over 100,000 characters" in report.problems[0].reason


@pytest.mark.parametrize(
    "footer", ["  • 7 authors · May 27 2\n\n", "• 7 authors\n\n·\n\nMay 27, 2025\n\n", "May 27\n\n"]
)
def test_other_shapes_of_a_footer(footer: str) -> None:
    papers, _ = read(
        TOP + paper("One", footer=footer) + paper("Two", footer=footer), format="listing", year=2025
    )
    assert [(p.title, p.published) for p in papers] == [("One", "2025-05-27"), ("Two", "2025-05-27")]


def test_a_day_that_no_calendar_has_is_left_out_and_said() -> None:
    papers, report = read(TOP + paper("One", footer="• 2 authors\n·\nFeb 29\n"), year=2025)
    assert papers[0].published is None
    assert "no day of the calendar" in reasons(report.notes)[0]


@pytest.mark.parametrize(
    ("top", "name", "year", "found"),
    [
        ("Nov 13", "page-2024-11-13.txt", 2023, 2023),
        ("Nov 13, 2022", "page-2024-11-13.txt", None, 2022),
        ("Nov 13", "page-2024-11-13.txt", None, 2024),
        ("Nov 13", "20241113.txt", None, 2024),
        ("Nov 13", "2021.txt", None, 2021),
        ("Dec 30", "page-2025-01-02.txt", None, 2024),
        ("Nov 13", "page.txt", None, 2025),  # a paper of 2024 has to say so
    ],
)
def test_where_the_year_comes_from(top: str, name: str, year: int | None, found: int) -> None:
    papers, report = read(PAGE.replace("Nov 13", top), name, year=year)
    assert papers[1].published == f"{found}-05-27"
    assert bool(report.notes) == (name == "page.txt")


def test_the_latest_such_day_where_nothing_else_is_known() -> None:
    papers, report = read(TOP + paper("One"), "page.txt")
    assert papers[0].listed
    listed = date.fromisoformat(papers[0].listed)
    assert 0 <= (date.today() - listed).days <= 366
    assert "--year" in reasons(report.notes)[0]
    assert _year([], "x", date(2026, 1, 1))[0] == 2026


@given(st.lists(st.sampled_from([*PAGE.split("\n"), "May 27", "·", "", "text", "Nov 13"]), max_size=40))
def test_no_order_of_lines_is_too_much(made: list[str]) -> None:
    papers, report = read("Daily Papers\n" + "\n".join(made), format="listing", year=2025)
    assert report.failures == []
    assert report.papers == len(papers)


@pytest.mark.shared
def test_the_real_page() -> None:
    file = Path(__file__).parents[2] / "../shared/corpus/listing-2025-11-13.txt"
    if not file.exists():
        pytest.skip("the corpus is not beside the checkout")
    report = ReadReport()
    papers = list(read_papers(file, report=report))
    text = file.read_text()
    assert (len(papers), report.read, report.notes, report.problems) == (76, 76, [], [])
    assert len({p.key for p in papers}) == 76
    assert [p.title for p in papers if p.published is None] == ["Apriel-1.5-15b-Thinker"]
    body = [" ".join(line.split()) for line in text.split("\n\nNov 13\n\n")[1].split("\n")]
    body = [
        line for line in body if line and not re.fullmatch(r"• \d+ authors|·|[A-Z][a-z]{2} \d{1,2}.*", line)
    ]
    assert [line for p in papers for line in (p.title, p.abstract)] == body
    footers = re.findall(r"·\n(\w{3}) (\d+)(?:, (\d{4}))?(?: \d+)?(?=\n|$)", text)
    dates = [
        f"{year or 2025}-{'JanFebMarAprMayJunJulAugSepOctNovDec'.index(month) // 3 + 1:02}-{int(day):02}"
        for month, day, year in footers
    ]
    assert [p.published for p in papers[1:]] == dates
