"""The file store with other processes around: killed writers, busy writers, readers without rights."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.stores import Store, open_store
from kg.stores.base import Changes, Edge, Node, StoreError, WriteRefusedError

WRITER = """
import os, sys, time
from kg.stores import open_store
from kg.stores.base import Changes, Node, Edge
path, first, last, saved, then = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
store = open_store(path)
store.ensure_schema()
for i in range(first, last):
    # Ten papers a batch, all in one ring: half a batch would show.
    keys = [f"arxiv:{i}.{j}" for j in range(10)]
    store.apply(Changes(
        nodes=[Node("Paper", key, {"title": key, "abstract": "FooLM " * 400}) for key in keys],
        edges=[Edge("CITES", "Paper", a, "Paper", b, {"paper": a}) for a, b in zip(keys, keys[1:] + keys[:1])],
    ))
    print(i, flush=True)
    if i + 1 == saved:
        store.close()
        store = open_store(path)
if then == "die":
    os.kill(os.getpid(), 9)
if then == "wait":
    sys.stdin.read()
store.close()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Start]:
    """Start a process that writes batches ``first`` to ``last`` into graph.kgl."""
    running: list[subprocess.Popen[str]] = []

    def start(first: int, last: int, then: str = "close", *, saved: int = 0) -> subprocess.Popen[str]:
        words = [
            sys.executable,
            "-c",
            WRITER,
            tmp_path / "graph.kgl",
            str(first),
            str(last),
            str(saved),
            then,
        ]
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def acknowledged(process: subprocess.Popen[str], batch: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) == batch:
            return
    raise AssertionError(process.stderr and process.stderr.read())


def read_counts(path: Path) -> dict[str, int]:
    with open_store(path, read_only=True) as reader:
        return reader.counts()


@pytest.mark.parametrize("saved", [0, 2], ids=["never saved", "saved once"])
def test_what_a_killed_writer_acknowledged_is_shown(
    write: Start,
    tmp_path: Path,
    saved: int,
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    """Case 37: by the first read, and by every other; nothing beside the file is touched by reading."""
    writer = write(0, 5, "die", saved=saved)
    assert writer.wait() == -signal.SIGKILL
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for _ in range(2):
        assert read_counts(tmp_path / "graph.kgl") == {"Paper": 50, "CITES": 50}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert write(5, 6).wait() == 0
    assert read_counts(tmp_path / "graph.kgl") == {"Paper": 60, "CITES": 60}
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


def test_reading_while_one_writes(write: Start, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """Case 37: never half a batch, never less than before, checkpoints of the writer or not."""
    path = tmp_path / "graph.kgl"
    writer = write(0, 400)
    acknowledged(writer, 0)
    seen = [0]
    while writer.poll() is None:
        found = read_counts(path)
        assert found["Paper"] == found["CITES"]
        assert found["Paper"] % 10 == 0
        seen.append(found["Paper"])
    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    assert read_counts(path) == {"Paper": 4000, "CITES": 4000}
    assert not recwarn.list


def test_an_unfinished_entry_of_the_log_is_no_news(
    write: Start, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A writer killed within an append: what it acknowledged is there, and no one is alarmed."""
    write(0, 3, "die").wait()
    log = tmp_path / "graph.kgl-wal"
    log.write_bytes(log.read_bytes() + b"the beginning of an entry")
    assert read_counts(tmp_path / "graph.kgl")["Paper"] == 30
    with open_store(tmp_path / "graph.kgl") as writer:
        assert writer.counts()["Paper"] == 30
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_a_damaged_log_is_told(write: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(0, 5, "die").wait()
    log = tmp_path / "graph.kgl-wal"
    held = bytearray(log.read_bytes())
    held[len(held) // 2] ^= 0xFF
    log.write_bytes(held)
    assert 0 < read_counts(tmp_path / "graph.kgl")["Paper"] < 50
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'graph.kgl'}: the log beside it is damaged; what was written last may be missing. Check the disk."
    ]


def test_a_reader_keeps_the_state_it_found(write: Start, tmp_path: Path) -> None:
    assert write(0, 2).wait() == 0
    with open_store(tmp_path / "graph.kgl", read_only=True) as reader:
        assert write(2, 4).wait() == 0
        assert reader.counts()["Paper"] == 20
        assert abs(reader.as_of - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=10)  # type: ignore[attr-defined]
    assert read_counts(tmp_path / "graph.kgl")["Paper"] == 40


def test_a_second_writer_gets_one_line(write: Start, tmp_path: Path) -> None:
    writer = write(0, 1, "wait")
    acknowledged(writer, 0)
    with pytest.raises(StoreError, match=f"process {writer.pid} has been writing it.*try again$") as caught:
        open_store(tmp_path / "graph.kgl")
    assert "\n" not in str(caught.value)
    assert read_counts(tmp_path / "graph.kgl")["Paper"] == 10
    writer.kill()
    writer.wait()
    with open_store(tmp_path / "graph.kgl") as freed:
        assert freed.counts()["Paper"] == 10


def test_reading_takes_no_lease(tmp_path: Path) -> None:
    with open_store(tmp_path / "graph.kgl") as writer:
        writer.ensure_schema()
        writer.apply(Changes(nodes=[Node("Task", "task:foo", {"name": "foo"})]))
    left = {path.name for path in tmp_path.iterdir()}
    with open_store(tmp_path / "graph.kgl", read_only=True) as reader:
        assert {path.name for path in tmp_path.iterdir()} == left
        with open_store(tmp_path / "graph.kgl") as writer:
            writer.apply(Changes(nodes=[Node("Task", "task:bar", {"name": "bar"})]))
        assert reader.counts() == {"Entity": 1, "Task": 1}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_reading_needs_no_right_to_write(write: Start, tmp_path: Path) -> None:
    write(0, 2, "die").wait()
    tmp_path.chmod(0o555)
    try:
        assert read_counts(tmp_path / "graph.kgl")["Paper"] == 20
    finally:
        tmp_path.chmod(0o755)


def test_a_reader_refuses_every_write(tmp_path: Path) -> None:
    open_store(tmp_path / "graph.kgl").close()
    with open_store(tmp_path / "graph.kgl", read_only=True) as reader:
        assert reader.read_only
        for refused in (
            lambda: reader.apply(Changes()),
            lambda: reader.query("CREATE (:X)", write=True),
            reader.ensure_schema,
        ):
            with pytest.raises(WriteRefusedError):
                refused()


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b""), "not a graph"),
        (lambda path: path.write_bytes(b"\x00\xff" * 500), "not a graph"),
        (lambda path: path.write_text("title,abstract\n"), "not a graph"),
        (lambda path: path.mkdir(), "not a graph"),
    ],
    ids=["empty", "binary", "text", "folder"],
)
def test_what_is_no_graph_is_left_alone(
    tmp_path: Path, make: Callable[[Path], object], says: str, read_only: bool
) -> None:
    path = tmp_path / "papers.csv"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=says) as caught:
        open_store(path, read_only=read_only)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    if before is not None:
        assert path.read_bytes() == before


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no graph there.*kg build"):
        open_store(tmp_path / "graph.kgl", read_only=True)
    with pytest.raises(StoreError, match=r"the folder .* does not exist"):
        open_store(tmp_path / "nowhere" / "graph.kgl")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "graph.kgl"
    with open_store(path) as writer:
        writer.apply(Changes(nodes=[Node("Task", f"task:{i}", {"name": f"foo {i}"}) for i in range(100)]))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(StoreError, match=r"graph\.kgl") as caught:
        open_store(path, read_only=True)
    assert "\n" not in str(caught.value)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the batch is refused whole, the rest is there."""
    script = """
import resource, signal, sys
from kg.stores import open_store
from kg.stores.base import Changes, Node, StoreError
store = open_store(sys.argv[1])
store.apply(Changes(nodes=[Node("Task", "task:first", {"name": "first"})]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for attempt in range(2):
    try:
        store.apply(Changes(nodes=[Node("Task", f"task:{i}", {"name": "x" * 1000}) for i in range(1000)]))
    except StoreError as error:
        print(error)
    print(store.counts())
try:
    store.query("UNWIND range(1, 1000) AS i CREATE (:Note {text: $text})", {"text": "x" * 1000}, write=True)
except StoreError as error:
    print(error)
print(store.counts())
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.apply(Changes(nodes=[Node("Task", "task:second", {"name": "second"})]))
store.close()
"""
    path = tmp_path / "graph.kgl"
    ended = subprocess.run(
        [sys.executable, "-c", script, path],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    refused = (
        f"{path}: the disk refused the write (File too large (os error 27)); nothing of it is in the graph, "
    )
    assert ended.stdout.splitlines() == [refused + "all before it is", "{'Entity': 1, 'Task': 1}"] * 3
    assert read_counts(path) == {"Entity": 2, "Task": 2}


@pytest.mark.parametrize("with_key", [True, False])
def test_strangers_in_the_file_are_named(tmp_path: Path, with_key: bool) -> None:
    """Case 31, in a file: two nodes made by hand stand in the way of a unique key."""
    with open_store(tmp_path / "graph.kgl") as opened:
        key = ", key: 'model:foolm'" if with_key else ""
        for _ in range(2):
            opened.query(f"CREATE (:Model {{name: 'FooLM'{key}}})", write=True)
        with pytest.raises(StoreError, match=r"holds 2 nodes :Model .*(foolm|FooLM).*MATCH"):
            opened.ensure_schema()
        assert opened.query("SHOW CONSTRAINTS").rows == []
        opened.query("MATCH (n:Model) DETACH DELETE n", write=True)
        opened.ensure_schema()


def test_the_edges_of_a_paper_are_found_by_index(embedded_store: Store) -> None:
    """Case 67: what forgetting a paper, and writing its edges again, look for."""
    embedded_store.apply(
        Changes(
            nodes=[Node("Model", f"model:{i}", {"name": str(i)}) for i in range(50)],
            edges=[
                Edge("USES", "Model", f"model:{i}", "Model", "model:0", {"paper": f"p{i}"}) for i in range(50)
            ],
        )
    )
    plan = embedded_store.query(
        "EXPLAIN MATCH ()-[r:USES]->() WHERE r.paper IN $papers RETURN r", {"papers": ["p1"]}
    )
    assert any(step[1] == "RelIndexSeek :USES(paper)" for step in plan.rows)
