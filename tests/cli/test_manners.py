"""Pipes that close, logs, colours, locales, interrupts, full disks: how a command behaves among others."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_papers import BAR, FOO, ROOT, Process, Run, write_lines

PAPERS = [{k: v for k, v in record.items() if k in ("id", "title", "abstract")} for record in (FOO, BAR)]
OLD_LOCALE = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "cp1252", "PYTHONCOERCECLOCALE": "0"}


def shell(command: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a pipeline in which ``kg`` is the command; prints the exit status of its first part."""
    script = f'kg() {{ "{sys.executable}" -m kg "$@"; }}\n{command}\necho "status ${{PIPESTATUS[0]}}"'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        "kg query 'UNWIND range(1, 200000) AS n RETURN n' --format jsonl | head -1",
        "kg query 'UNWIND range(1, 200000) AS n RETURN n' --format csv | head -1",
        "kg query 'UNWIND range(1, 200000) AS n RETURN n' | head -1",
        "kg export --format json -o - | true",
        "kg lookup FooLM --json | true",
    ],
)
def test_a_reader_that_leaves_early_is_no_error(graph: str, tmp_path: Path, command: str) -> None:
    done = shell(command, tmp_path, KG_STORE=graph)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("status 141", "status 0")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("needs_reader")
def test_extract_into_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    write_lines(tmp_path / "many.jsonl", *[{**PAPERS[0], "id": f"2502.{n:05}"} for n in range(60)])
    done = shell("kg extract many.jsonl | head -1", tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "status 141"


@pytest.mark.usefixtures("needs_reader")
def test_the_first_papers_claims_come_out_before_the_second_goes_in(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kg", "extract", "-", "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for paper in PAPERS:
            process.stdin.write(json.dumps(paper) + "\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 60)[0], "no claims before the next paper"
            assert json.loads(process.stdout.readline())["title"] == paper["title"]
        process.stdin.close()
        assert process.wait(60) == 0


@pytest.mark.parametrize("env", [{}, OLD_LOCALE], ids=["utf-8", "old"])
def test_output_is_utf8_whatever_the_locale(
    process: Process, graph: str, tmp_path: Path, env: dict[str, str]
) -> None:
    found = process("lookup", "悟道", "--store", graph, env=env)
    assert found.returncode == 0
    assert found.stdout.decode().startswith("悟道  Model")
    rows = process("query", "MATCH (m:Model {name: $name}) RETURN m.name AS n", "-p", "name=悟道", "--store", graph,
                   "--format", "json", env=env)  # fmt: skip
    assert json.loads(rows.stdout) == [{"n": "悟道"}]
    assert process("html", "悟道", "-o", "悟道.html", "--store", graph, env=env).returncode == 0
    page = (tmp_path / "悟道.html").read_text(encoding="utf-8")
    assert '<meta charset="utf-8"' in page.lower()
    for form in ("graphml", "gexf", "json", "csv"):
        name = f"图.{form}"
        assert process("export", "-o", name, "--store", graph, env=env).returncode == 0
        files = [tmp_path / name] if form != "csv" else [tmp_path / "图.nodes.csv", tmp_path / "图.edges.csv"]
        assert "悟道" in "".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("env", [{}, OLD_LOCALE], ids=["utf-8", "old"])
def test_a_file_may_have_any_name(process: Process, tmp_path: Path, env: dict[str, str]) -> None:
    write_lines(tmp_path / "论文.jsonl", FOO, BAR)
    done = process("load", "论文.jsonl", "--store", "图.kgl", env=env)
    assert done.returncode == 0
    assert "图.kgl now holds" in done.stdout.decode()
    missing = process("load", "没有.jsonl", env=env)
    assert missing.returncode == 3
    assert missing.stderr.decode().count("\n") == 1


@pytest.mark.parametrize(
    "env",
    [{}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}, {"CI": "true", "TTY_COMPATIBLE": "1"}],
)
def test_a_log_has_neither_colours_nor_a_moving_line(
    process: Process, claims_file: Path, env: dict[str, str]
) -> None:
    done = process("load", claims_file, env=env)
    shown = process("lookup", "FooLM", env=env)
    machine = process("load", claims_file, "--json", env=env)
    for stream in (done.stdout, done.stderr, shown.stdout, shown.stderr, machine.stdout, machine.stderr):
        assert b"\x1b" not in stream
        assert b"\r" not in stream
    assert json.loads(machine.stdout)["unchanged"] == 2
    assert done.stderr == machine.stderr == b""
    quiet = process("load", claims_file, "--quiet", env=env)
    assert quiet.stdout == quiet.stderr == b""


def on_terminal(*args: str, folder: Path, **env: str) -> str:
    """What a command writes on a terminal."""
    parent, child = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    with subprocess.Popen(
        [sys.executable, "-m", "kg", *args],
        cwd=folder,
        env={**clean, "TERM": "xterm", "PYTHONPATH": str(ROOT), **env},
        stdin=child,
        stdout=child,
        stderr=child,
    ) as process:
        os.close(child)
        written = b""
        while True:
            try:
                chunk = os.read(parent, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not chunk:
                break
            written += chunk
        process.wait(60)
    os.close(parent)
    return written.decode()


def test_colours_only_where_they_are_welcome(graph: str, tmp_path: Path) -> None:
    command = ("lookup", "FooLM", "--store", graph)
    assert "\x1b[1m" in on_terminal(*command, folder=tmp_path)
    assert "\x1b" not in on_terminal(*command, folder=tmp_path, NO_COLOR="1")
    assert "\x1b" not in on_terminal(*command, folder=tmp_path, TERM="dumb")
    assert "\x1b" not in on_terminal(*command, "--json", folder=tmp_path)


def test_a_table_on_a_terminal_fits_it_and_cuts_nothing(graph: str, tmp_path: Path) -> None:
    cypher = "MATCH ()-[r:BASED_ON]->() RETURN r.evidence AS said, r.reader"
    shown = on_terminal("query", cypher, "--store", graph, folder=tmp_path, COLUMNS="40", NO_COLOR="1")
    lines = shown.replace("\r", "").splitlines()
    assert max(map(len, lines)) <= 40
    assert "We present FooLM, a model that is fine-tuned from BarLM." in " ".join(" ".join(lines[2:]).split())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "command",
    [
        ["lookup", "FooLM"],
        ["query", "MATCH (n) RETURN n"],
        ["stats"],
        ["schema"],
        ["export", "--format", "csv", "-o", "-"],
    ],
)
def test_a_full_disk_is_one_line(process: Process, graph: str, command: list[str]) -> None:
    store = [] if command == ["schema"] else ["--store", graph]
    with open("/dev/full", "wb") as full:
        done = process(*command, *store, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 7
    assert done.stderr.decode().splitlines() == ["kg: standard output: No space left on device"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_page_that_cannot_be_written_is_one_line(process: Process, graph: str) -> None:
    done = process("html", "-o", "/dev/full", "--store", graph)
    assert done.returncode == 7
    assert done.stderr.decode().splitlines() == ["kg: /dev/full: No space left on device"]


@pytest.mark.usefixtures("needs_reader")
def test_an_interrupt_is_one_line_and_keeps_what_was_read(process: Process, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kg", "build", "-", "--store", "graph.kgl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        for paper in PAPERS:
            running.stdin.write(json.dumps(paper).encode() + b"\n")
        running.stdin.flush()
        wait_for(tmp_path / "graph.kgl.lock")
        time.sleep(3)  # the reader loads, reads both papers and waits for a third
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert len(said.decode().splitlines()) == 1
    assert said.startswith(b"kg: interrupted")
    counted = process("query", "MATCH (p:Paper) RETURN count(p) AS n", "--format", "json")
    assert json.loads(counted.stdout) == [{"n": 2}]
    again = process("build", "-", "--json", input="".join(json.dumps(p) + "\n" for p in PAPERS).encode())
    assert json.loads(again.stdout)["unchanged"] == 2


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} never came")


def test_no_library_speaks_while_another_process_writes(run: Run, claims_file: Path) -> None:
    from kg import open as open_graph

    assert run("load", claims_file).exit_code == 0
    with open_graph("graph.kgl"):
        assert run("lookup", "FooLM").stderr == ""
        refused = run("load", claims_file)
    assert refused.exit_code == 4
    assert len(refused.stderr.splitlines()) == 1
