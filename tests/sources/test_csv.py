import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_made import BAR, FOO, named, read, reasons

from kg.sources import ReadReport, read_papers

ROWS = [
    ["id", "title", "abstract", "published"],
    ["2406.01234v2", "FooLM", FOO, "2024-06-03"],
    ["", "BarLM – “quoted”", "First line;\nsecond, with a comma. " + BAR, ""],
    ["cs/0112019", "BazLM", 'It says "baz" twice.', "2001-12-01"],
]


def made(delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(ROWS)
    return text.getvalue()


EXPECTED, _ = read(made())


def test_rows_become_papers() -> None:
    assert [paper.key for paper in EXPECTED][::2] == ["arxiv:2406.01234", "arxiv:cs/0112019"]
    assert [paper.published for paper in EXPECTED] == ["2024-06-03", None, "2001-12-01"]
    assert EXPECTED[1].abstract == "First line; second, with a comma. " + BAR
    assert EXPECTED[2].abstract == 'It says "baz" twice.'


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + made(";").encode(),
        made().encode("utf-16"),
        made("\t").encode("utf-16-be").join([b"\xfe\xff", b""]),
        made().encode("utf-32"),
        made(end="\r").replace("First line;\n", "First line;\r").encode(),
        made("|", end="\n").encode(),
        ("sep=;\n" + made(";")).encode(),
        made().replace("id,title", "ID, Title").encode(),
    ],
    ids=["BOM and ;", "UTF-16", "UTF-16 BE and tab", "UTF-32", "CR only", "bar", "sep=", "capitals"],
)
def test_read_alike_however_it_was_saved(data: bytes) -> None:
    papers, report = read(data)
    assert papers == EXPECTED
    assert not report.notes


def test_a_windows_encoding_is_named_or_refused_with_file_byte_and_option() -> None:
    data = made().encode("cp1252")
    papers, report = read(data, "win.csv")
    place = data.index(b"\x96")
    assert [paper.title for paper in papers] == ["FooLM", "BazLM"]
    assert reasons(report.problems) == [
        f"win.csv:3: byte {place} (0x96) is not UTF-8; name the encoding: --encoding cp1252"
    ]
    assert read(data, encoding="cp1252")[0] == EXPECTED
    assert "�" not in "".join(paper.text for paper in papers)


def test_a_wrong_encoding_is_refused_in_one_line() -> None:
    papers, report = read(made().encode(), "u.csv", encoding="ascii")
    assert papers == []
    (reason,) = reasons(report.failures)
    assert reason.startswith("u.csv: byte ")
    assert "is not ascii; name another with --encoding" in reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('2,"unclosed,x,', "quotes do not match"),
        ('2,"a" b,x,', "quotes do not match"),
        ("2,Foo,one, two, three", "5 cells where the header has 4"),
        ("2,Foo", "2 cells where the header has 4"),
        ("2,,x,", "no title"),
        ('2,Foo,"' + "word " * 1_000_000 + '",', "an abstract of 5,000,000 characters"),
    ],
    ids=["unclosed", "stray", "many", "few", "no title", "5 MB"],
)
def test_a_bad_row_loses_no_other(row: str, reason: str) -> None:
    text = f"id,title,abstract,published\n1,One,{FOO},\n{row}\n" + "".join(
        f'{i},"T{i}","{BAR}",\n' for i in range(9)
    )
    papers, report = read(text, format="csv")
    assert [paper.title for paper in papers] == ["One", *(f"T{i}" for i in range(9))]
    assert (report.read, report.skipped) == (10, 1)
    (problem,) = report.problems
    assert problem.line == 3
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,text\nFoo,x\n", "no column called title"),
        ("title,Title\nFoo,x\n", "two columns called title"),
        ('"title\nFoo,x\n', "no column called title"),
    ],
)
def test_a_header_that_cannot_be_used(text: str, reason: str) -> None:
    papers, report = read(text, "t.csv", format="csv")
    assert papers == []
    assert reason in reasons(report.failures)[0]


def test_columns_that_are_not_read_are_named_once() -> None:
    papers, report = read("title,abstract,stars\nFoo,x,1\nBar,y,2\n")
    assert len(papers) == 2
    assert reasons(report.notes) == ["made.txt:1: columns that are not read: stars"]


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
            st.text("ab,;\t|\"\n\r é'", max_size=20),
        ),
        max_size=6,
    ),
    st.sampled_from(",;\t|"),
)
def test_what_a_writer_wrote_is_what_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "abstract"), *(("T" + title, abstract) for title, abstract in rows)])
    papers, _ = read(text.getvalue(), format="csv")
    assert len(papers) == len(rows)
    for paper, (title, _) in zip(papers, rows, strict=True):
        assert "".join(c for c in paper.title if c.isalnum()) == "".join(
            c for c in "T" + title if c.isalnum()
        )


@given(st.text('abc,"\n', max_size=60))
def test_any_rows_end(text: str) -> None:
    report = ReadReport()
    list(read_papers([named(("title,abstract\n" + text).encode())], report=report, format="csv"))
    assert not report.failures
    assert report.skipped == len(report.problems)
