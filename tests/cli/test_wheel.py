"""The wheel, installed alone, holds all it needs; the source archive builds the same wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from made_papers import BAR, FOO, ROOT, write_lines


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def names(wheel: Path) -> list[str]:
    return sorted(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_alone_goes_the_whole_way(built: Path, tmp_path: Path, needs_reader: None) -> None:
    (wheel,) = built.glob("*.whl")
    site, work = tmp_path / "site", tmp_path / "work"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            site,
            wheel,
        ],
        check=True,
    )
    work.mkdir()
    papers = [{k: record[k] for k in ("id", "title", "abstract")} for record in (FOO, BAR)]
    write_lines(work / "papers.jsonl", *papers)
    env = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("KG_STORE", None)

    def kg(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "kg", *args],
            cwd=work,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (args, done.stdout, done.stderr)
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import kg, extractors; print(kg.__file__, extractors.__file__)"],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.count(str(site)) == 2
    assert kg("--version").startswith("paperkg 0.")
    assert json.loads(kg("build", "papers.jsonl", "--json"))["new"] == 2
    kg("extract", "papers.jsonl", "-o", "claims.jsonl")
    assert json.loads(kg("load", "claims.jsonl", "--json"))["papers"] == 2
    assert kg("lookup", "FooLM").startswith("FooLM  Model")
    assert json.loads(kg("query", "MATCH (p:Paper) RETURN count(p) AS n", "--format", "json")) == [{"n": 2}]
    assert "Paper" in kg("stats")
    for form in ("table", "mermaid", "cypher"):
        assert "Paper" in kg("schema", "--format", form)
    kg("html", "-o", "page.html")
    assert "FooLM" in (work / "page.html").read_text(encoding="utf-8")
    for form in ("graphml", "gexf", "json", "csv"):
        kg("export", "-o", f"graph.{form}")
    written = {path.relative_to(work).parts[0] for path in work.iterdir()}
    assert {"page.html", "graph.kgl", "graph.graphml", "graph.nodes.csv"} <= written
    assert "lib" not in written


def test_the_wheel_holds_only_its_own_packages(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    tops = {name.partition("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kg", "extractors"}
    assert "kg/_schema/graph.yaml" in names(wheel)
    assert not [name for name in names(wheel) if "__pycache__" in name]


def test_the_source_archive_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    (wheel,), (archive,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / "again", source],
        capture_output=True,
        check=True,
    )
    (again,) = (tmp_path / "again").glob("*.whl")
    assert names(again) == names(wheel)
