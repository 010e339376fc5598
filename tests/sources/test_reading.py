import gzip
import io
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_made import FOO, lines, named, read, reasons

from kg.sources import FORMATS, ReadReport, SourceError, read_papers

GOOD = lines({"title": "FooLM", "abstract": FOO}, {"title": "BarLM", "abstract": FOO})


def test_files_of_every_kind_in_one_go(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD)
    (tmp_path / "论文.csv").write_text(f'title,abstract\nBazLM,"{FOO}"\n')
    with gzip.open(tmp_path / "packed", "wt") as file:
        file.write(json.dumps([{"title": "QuxLM", "summary": FOO}], indent=1))
    report = ReadReport()
    sources = [tmp_path / "a.jsonl", str(tmp_path / "论文.csv"), tmp_path / "packed", named(GOOD.encode())]
    papers = list(read_papers(sources, report=report))
    assert [paper.title for paper in papers] == ["FooLM", "BarLM", "BazLM", "QuxLM", "FooLM", "BarLM"]
    assert (report.read, report.failures) == (6, [])


def test_one_source_needs_no_list(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD)
    assert len(list(read_papers(str(tmp_path / "a.jsonl")))) == 2


@pytest.mark.parametrize("name", ["missing.jsonl", "folder", "a\0b", "x" * 5000])
def test_a_path_that_is_no_file_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError) as caught:
        read_papers([tmp_path / name])
    assert "\n" not in str(caught.value)
    assert {"missing.jsonl": "no such file", "folder": "is a folder"}.get(name, "cannot be read") in str(
        caught.value
    )


def test_unknown_formats_and_encodings_are_refused_at_once() -> None:
    with pytest.raises(SourceError, match="no such format; one of listing, daily, jsonl, csv"):
        read_papers([], format="xml")
    for encoding in ("klingon", "base64", "rot13"):
        with pytest.raises(SourceError, match=f"--encoding {encoding}: no encoding of that name"):
            read_papers([], encoding=encoding)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfe", "is empty"),
        (gzip.compress(b""), "is empty"),
        (gzip.compress(b"\n"), "is empty"),
        (bytes(range(256)) * 10, "is a binary file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a binary file"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"PK\x03\x04" + bytes(50), "is a zip archive"),
        (gzip.compress(gzip.compress(b"x")), "compressed with gzip twice"),
        (GOOD.encode("utf-16-le"), "--encoding utf-16-le"),
        (GOOD.encode("utf-16-be"), "--encoding utf-16-be"),
        (b"<html><title>Foo</title></html>", "is in no format that is known"),
        (b"Just some text.\nAnd more.\n", "is in no format that is known"),
        (b"\x1f\x8b\x08\x00", "gzip data breaks off"),
        (b"\x1f\x8bnot gzip at all", "gzip data is broken"),
    ],
)
def test_a_file_that_holds_no_papers_ends_in_one_line(data: bytes, reason: str) -> None:
    papers, report = read(data, "bad.file")
    assert papers == []
    assert report.failed == 1
    (line,) = reasons(report.failures)
    assert line.startswith("bad.file")
    assert reason in line
    assert "\n" not in line
    with pytest.raises(SourceError) as caught:
        list(read_papers(named(data, "bad.file")))
    assert str(caught.value) == line


def test_a_bad_file_does_not_lose_the_next_one() -> None:
    report = ReadReport()
    sources = [named(b"", "empty"), named(GOOD.encode())]
    assert len(list(read_papers(sources, report=report))) == 2
    assert reasons(report.failures) == ["empty: is empty"]
    papers = read_papers([named(b"", "empty"), named(GOOD.encode())])
    assert [next(papers).title, next(papers).title] == ["FooLM", "BarLM"]
    with pytest.raises(SourceError, match="empty: is empty"):
        next(papers)


@pytest.mark.parametrize("format", ["jsonl", "csv", "daily"])
def test_papers_before_the_break_in_a_gzip_are_kept(format: str) -> None:
    items = [{"title": f"T{i}", "abstract": os.urandom(300).hex()} for i in range(200)]
    text = {
        "jsonl": lines(*items),
        "csv": "title,abstract\n" + "".join(f"{i['title']},{i['abstract']}\n" for i in items),
        "daily": json.dumps(items, indent=1),
    }[format]
    packed = gzip.compress(text.encode())
    papers, report = read(packed[: len(packed) // 2], "cut.gz")
    assert 50 < len(papers) < 150
    assert papers[-1].title == f"T{len(papers) - 1}"
    assert len(papers[-1].abstract) == 600
    assert report.skipped == 0
    assert reasons(report.failures) == [
        "cut.gz: the gzip data breaks off; what stood before the break was read"
    ]


def test_garbage_after_a_gzip_is_said_and_members_are_joined() -> None:
    packed = gzip.compress(GOOD.encode())
    assert len(read(packed + packed)[0]) == 4
    papers, report = read(packed + b"garbage")
    assert len(papers) == 2
    assert "the gzip data is broken" in reasons(report.failures)[0]


def test_a_wrong_byte_spoils_its_own_line_only() -> None:
    data = GOOD.encode() + b'{"title": "Qux\x92LM"}\n' + GOOD.encode()
    for packed in (data, b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n")):
        papers, report = read(packed, "w.jsonl")
        assert len(papers) == 4
        assert reasons(report.problems) == [
            f"w.jsonl:3: byte {packed.index(0x92)} (0x92) is not UTF-8; name the encoding: --encoding cp1252"
        ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_names_the_encoding(encoding: str) -> None:
    text = lines(
        {"title": "Foo–LM 悟道 😀", "abstract": FOO}, dump=lambda item: json.dumps(item, ensure_ascii=False)
    )
    papers, _ = read(text.encode(encoding), encoding="cp1252")
    assert papers[0].title == "Foo–LM 悟道 😀"


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (GOOD, "jsonl"),
        ("oops\n" + GOOD, "jsonl"),
        ('{"title": "Cut in half", "abst\n' + GOOD, "jsonl"),
        ('{"title": "Cut in\n{"title": "half\n' + GOOD, "jsonl"),
        ("[1]\n" + GOOD, "jsonl"),
        (json.dumps([{"title": "Foo"}]), "daily"),
        (json.dumps([{"title": "Foo"}], indent=1), "daily"),
        ('[{"title": "Foo"},\n{"title": "Bar"}]', "daily"),
        ('{"papers": [\n{"title": "Foo"}\n]}', "daily"),
        (json.dumps({"title": "Foo"}, indent=1), "daily"),
        (json.dumps([{"title": "Foo", "abstract": FOO * 50}] * 100), "daily"),
        ("\n\nTitle;Abstract\nFoo;x\n", "csv"),
        ("title\nFoo\n", "csv"),
        ("Foo\n\nIt is foo.\n\n • 2 authors\n·\nMay 1\n", "listing"),
    ],
)
def test_the_format_is_seen_from_the_content(text: str, format: str) -> None:
    seen, told = ReadReport(), ReadReport()
    papers = list(read_papers(named(text.encode()), report=seen))
    assert papers
    assert papers == list(read_papers(named(text.encode()), format=format, report=told))
    assert (seen.read, seen.skipped, seen.empty) == (told.read, told.skipped, told.empty)


@given(
    st.binary(max_size=300),
    st.sampled_from([None, *FORMATS]),
    st.booleans(),
    st.sampled_from([None, "cp1252", "utf-16"]),
)
def test_no_bytes_bring_it_down(data: bytes, format: str | None, packed: bool, encoding: str | None) -> None:
    papers, report = read(gzip.compress(data) if packed else data, format=format, encoding=encoding)
    for line in reasons(report.problems + report.failures + report.notes):
        line.encode()
        assert len(line.splitlines()) == 1
    for paper in papers:
        paper.text.encode()


@given(st.data())
def test_nor_does_any_damage_to_good_ones(data: st.DataObject) -> None:
    good = data.draw(
        st.sampled_from([GOOD, json.dumps([{"title": "Foo"}] * 2, indent=1), f"title;abstract\nFoo;{FOO}\n"])
    )
    text = bytearray(
        data.draw(st.sampled_from([good.encode(), good.encode("utf-16"), gzip.compress(good.encode())]))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        text[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    read(bytes(text))


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless(io.RawIOBase):
        def __init__(self, line: bytes, count: int) -> None:
            self.left, self.line = count, line

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return self.line if self.left >= 0 else b""

    page = f"Foo {'x' * 40}\n\n{FOO * 3}\n\n • 2 authors\n·\nMay 1\n\n".encode() * 20
    for first, line in (
        (b"", (GOOD * 50).encode()),
        (b"title,abstract\n", f'FooLM,"{FOO}"\n'.encode() * 100),
        (b"Daily Papers\n\n", page),
    ):
        peaks = []
        for count in (4, 24):
            stream = Endless(line, count)
            reads = iter([first] if first else [])
            stream.read = lambda size=-1, s=stream, r=reads: next(r, None) or Endless.read(s, size)  # type: ignore
            tracemalloc.start()
            total = sum(1 for _ in read_papers([stream], report=ReadReport(), year=2025))  # type: ignore[list-item]
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert total >= 20 * count
        assert peaks[1] < peaks[0] * 1.3 + 200_000


def test_a_line_without_end_is_given_up_without_filling_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sources.text.MAX_LINE", 1000)
    papers, report = read(GOOD + '{"title": "' + "x" * 200_000 + '"}\n' + GOOD)
    assert len(papers) == 4
    assert reasons(report.problems) == ["made.txt:3: the line is longer than 1,000 characters"]


def test_standard_input_gives_each_paper_as_its_line_comes() -> None:
    program = "from kg.sources import read_papers\nfor p in read_papers('-'): print(p.title, flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin
        assert child.stdout
        for line in GOOD.splitlines(keepends=True):
            child.stdin.write(line.encode())
            child.stdin.flush()
            assert child.stdout.readline().decode().strip() == json.loads(line)["title"]
        child.stdin.close()
        assert child.wait() == 0


def test_the_report_keeps_counting_where_it_stops_keeping() -> None:
    seen: list[str] = []
    report = ReadReport(on_problem=lambda problem: seen.append(problem.reason))
    list(read_papers([named(b"{}\n" * 1500)], report=report))
    assert (report.skipped, len(report.problems), len(seen)) == (1500, 1000, 1500)


def test_text_streams_are_a_programmer_s_error() -> None:
    with pytest.raises(TypeError, match="binary"):
        list(read_papers(io.StringIO(GOOD)))  # type: ignore[arg-type]


@pytest.mark.shared
def test_the_real_corpus() -> None:
    file = Path(__file__).parents[2] / "../shared/corpus/daily.jsonl.gz"
    if not file.exists():
        pytest.skip("the corpus is not beside the checkout")
    report = ReadReport()
    papers = list(read_papers(file, report=report))
    assert (report.read, report.skipped, report.empty, report.notes) == (5580, 0, 0, [])
    assert len({paper.key for paper in papers}) == 5580
    assert all(paper.key.startswith("arxiv:") and paper.listed for paper in papers)


def test_a_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="standard input: is closed"):
        list(read_papers("-"))
