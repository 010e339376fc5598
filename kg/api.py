"""The library under the command line: read papers, extract claims, and keep, ask and draw the graph.

>>> import kg
>>> with kg.open("graph.kgl") as graph:              # doctest: +SKIP
...     graph.build("papers.jsonl")
...     graph.lookup("FooLM").entries[0].relations
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from kg.papers import Paper
from kg.stores import open_store
from kg.stores.base import Rows, Store

if TYPE_CHECKING:
    from extractors import Reader
    from kg.claims import ClaimsReport, PaperClaims
    from kg.load import LoadSummary
    from kg.lookup import Answer
    from kg.sources import ReadReport
    from kg.views.exports import ExportSummary
    from kg.views.page import PageSummary
    from kg.views.subgraph import Subgraph

Source = str | Path | BinaryIO

_LARGEST = 5
_log = logging.getLogger(__name__)


class NameNotFoundError(LookupError):
    """Nothing in the graph bears a name; the message says what may have been meant."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in a graph.

    Attributes:
        nodes: how many nodes carry each label; those of every type of entity carry ``Entity`` too.
        relations: how many edges there are of each type.
        largest: for each type of entity its most mentioned names, each with its number of papers.
    """

    nodes: dict[str, int]
    relations: dict[str, int]
    largest: dict[str, list[tuple[str, int]]]


def open(url: str | Path = "graph.kgl", *, read_only: bool = False, user: str | None = None) -> Graph:
    """Open a graph; made if it is a file that does not exist, unless ``read_only``.

    Args:
        url: a file, or ``neo4j://host:7687`` (also ``bolt``, ``neo4j+s``, …; the password comes from the
            environment variable NEO4J_PASSWORD).
        read_only: refuse every change. Any number of processes may read while one writes.
        user: Neo4j's user, where the address names none.

    Returns:
        The graph; close it, or use it in a ``with`` block.

    Raises:
        StoreError: it cannot be opened.
    """
    return Graph(open_store(url, read_only=read_only, user=user))


def read(
    sources: Source | Iterable[Source],
    *,
    format: str | None = None,
    strict: bool = False,
    report: ReadReport | None = None,
    encoding: str | None = None,
    year: int | None = None,
) -> Iterator[Paper]:
    """Read papers from files, standard input (``-``) or open binary files, one at a time.

    Args:
        sources: what to read, in this order; gzip is unpacked.
        format: ``listing``, ``daily``, ``jsonl`` or ``csv``; told from the content if None.
        strict: stop at the first record that cannot be read.
        report: filled with counts and with what is wrong as papers come.
        encoding: of sources without a byte order mark; UTF-8 if None.
        year: of a listing's dates that name none.

    Raises:
        SourceError: a source is missing, or (without a report) cannot be read to its end.
    """
    from kg.sources import read_papers

    return read_papers(sources, format=format, strict=strict, report=report, encoding=encoding, year=year)


def extract(papers: Iterable[Paper], *, reader: str | Reader = "default") -> Iterator[PaperClaims]:
    """Read what each paper claims; the first paper's claims come before the second paper is asked for.

    Args:
        papers: any iterable. A paper that has no abstract, or was withdrawn, has no claims.
        reader: the name of a registered reader, or a reader.

    Raises:
        ReaderNotFoundError: no reader has that name.
    """
    if isinstance(reader, str):
        from extractors import load_reader

        reader = load_reader(reader)
    name = reader.name

    def left_out(reason: str) -> None:
        _log.warning("%s: a claim that does not fit its text was left out: %s", name, reason)

    return (_claims(paper, reader, left_out) for paper in papers)


def _claims(paper: Paper, reader: Reader, left_out: Callable[[str], None]) -> PaperClaims:
    from kg.claims import PaperClaims, from_json, to_json

    empty = PaperClaims(paper, reader=reader.name)
    if not paper.abstract or paper.withdrawn:
        return empty
    ((found, _),) = reader.read([(paper.text, None)], batch_size=1)
    return replace(from_json({**to_json(empty), **found}, left_out), paper=paper)


class Graph:
    """A knowledge graph in a store. Use `kg.open` to get one.

    Attributes:
        store: what it lies in, for what this class has no method for.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def build(
        self,
        sources: Source | Iterable[Source],
        *,
        format: str | None = None,
        strict: bool = False,
        report: ReadReport | None = None,
        reader: str | Reader = "default",
        min_confidence: float = 0.0,
        reread: bool = False,
    ) -> LoadSummary:
        """Read papers, extract their claims and load them: `read`, then `add`.

        Args:
            sources: see `read`.
            format: see `read`.
            strict: see `read`.
            report: see `read`.
            reader: see `add`.
            min_confidence: see `add`.
            reread: see `add`.

        Raises:
            SourceError: see `read`.
            StoreError: see `add`.
        """
        papers = read(sources, format=format, strict=strict, report=report)
        return self.add(papers, reader=reader, min_confidence=min_confidence, reread=reread)

    def add(
        self,
        papers: Iterable[Paper],
        *,
        reader: str | Reader = "default",
        min_confidence: float = 0.0,
        reread: bool = False,
        on_paper: Callable[[Paper], None] = lambda paper: None,
    ) -> LoadSummary:
        """Extract the claims of papers and load them.

        A paper that the graph holds with this text, read by this reader, is not read again.

        Args:
            papers: any iterable; it is never held as a whole.
            reader: the name of a registered reader, or a reader.
            min_confidence: leave out claims below it, from 0 to 1.
            reread: read known papers too, as after a change of ``min_confidence``.
            on_paper: called after each paper.

        Raises:
            ReaderNotFoundError: no reader has that name.
            StoreError: the store cannot be written; what was loaded before stays.
        """
        if isinstance(reader, str):
            from extractors import load_reader

            reader = load_reader(reader)
        reading, known = reader, 0
        left_out: Counter[str] = Counter()

        def misfit(reason: str) -> None:
            left_out[f"a claim of {reading.name} that does not fit its text"] += 1

        def claims() -> Iterator[PaperClaims]:
            nonlocal known
            for paper in papers:
                if not reread and self._knows(paper, reading.name):
                    known += 1
                else:
                    yield _claims(paper, reading, misfit)
                on_paper(paper)

        summary = self.load(claims(), min_confidence=min_confidence)
        summary.papers += known
        summary.unchanged += known
        summary.left_out += left_out
        return summary

    def _knows(self, paper: Paper, reader: str) -> bool:
        rows = self.store.query(
            "MATCH (p:Paper {key: $key}) WHERE p.reader = $reader RETURN p",
            {"key": paper.key, "reader": reader},
        ).rows
        if not rows:
            return False
        stored: Mapping[str, Any] = rows[0][0]
        if (paper.title, paper.abstract) != (stored.get("title"), stored.get("abstract") or ""):
            return False
        new = {
            name: getattr(paper, name)
            for name in (
                "version",
                "url",
                "published",
                "listed",
                "authors",
                "categories",
                "comments",
                "withdrawn",
            )
        }
        return all(
            not value or stored.get(name) == (list(value) if isinstance(value, tuple) else value)
            for name, value in new.items()
        )

    def load(
        self,
        claims: Source | Iterable[PaperClaims],
        *,
        strict: bool = False,
        min_confidence: float = 0.0,
        report: ClaimsReport | None = None,
        on_progress: Callable[[LoadSummary], None] | None = None,
    ) -> LoadSummary:
        """Load claims; a paper that the graph holds just so is left alone, a changed one is replaced.

        Args:
            claims: a claims file (``-`` is standard input), or claims as `extract` gives them.
            strict: stop at the first paper or claim of a file that cannot be read.
            min_confidence: leave out claims below it, from 0 to 1.
            report: filled with the lines and claims of a file that cannot be read.
            on_progress: called with the summary so far after each batch.

        Raises:
            SourceError: a file cannot be read to its end; what was read before is loaded.
            StoreError: the store cannot be written; what was loaded before stays.
        """
        from kg.claims import read_claims
        from kg.load import load_claims

        if isinstance(claims, (str, Path)) or hasattr(claims, "read"):
            claims = read_claims(claims, report, strict=strict)  # type: ignore[arg-type]
        return load_claims(
            self.store,
            claims,
            min_confidence=min_confidence,
            on_progress=on_progress,
        )

    def lookup(self, name: str) -> Answer:
        """Find a thing by name, alias, key or typo, with what papers say about it; see `kg.lookup.Answer`."""
        from kg.lookup import lookup

        return lookup(self.store, name)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        timeout: float | None = None,
    ) -> Rows:
        """Run one Cypher statement.

        Args:
            cypher: the statement.
            parameters: values for its ``$names``.
            write: let it change the graph.
            timeout: seconds after which it is stopped.

        Raises:
            QueryError: the statement is wrong.
            QueryTimeoutError: it ran past its time.
            WriteRefusedError: it would change the graph without ``write``.
        """
        return self.store.query(cypher, parameters, write=write, timeout=timeout)

    def stats(self) -> Stats:
        """Count nodes and edges in the store, and name the most mentioned things."""
        from kg.graph_schema import ENTITY, schema

        declared = schema()
        counts = self.store.counts()
        labels = (*declared.nodes, ENTITY)
        nodes = {name: counts[name] for name in labels if name in counts}
        relations = {name: counts[name] for name in declared.relations if name in counts}
        for name in counts.keys() - nodes.keys() - relations.keys():  # written by hand
            (relations if name == name.upper() else nodes)[name] = counts[name]
        largest = {
            label: [
                (str(name), int(papers))
                for name, papers in self.store.query(
                    f"MATCH (e:`{label}`) RETURN e.name, e.papers ORDER BY e.papers DESC, e.name LIMIT {_LARGEST}"
                ).rows
                if papers is not None
            ]
            for label in declared.entity_labels
            if label in nodes
        }
        return Stats(nodes, relations, largest)

    def view(self, names: str | Sequence[str] = (), *, depth: int = 1) -> Subgraph:
        """A piece of the graph in memory: the neighbourhood of some names, or all of it.

        Args:
            names: names, aliases or keys; the whole graph if there are none.
            depth: how many steps from them to go.

        Raises:
            NameNotFoundError: nothing bears one of the names.
        """
        from kg.finding import find
        from kg.views.subgraph import neighbourhood, whole

        names = [names] if isinstance(names, str) else list(names)
        if not names:
            return whole(self.store)
        keys = []
        for name in names:
            own, also = find(self.store, name)
            if not own and not also:
                guesses = ", ".join(ref.name for ref in self.lookup(name).guesses[:3])
                hint = f"; did you mean {guesses}?" if guesses else ""
                raise NameNotFoundError(f"nothing is called {name}{hint}")
            keys += [ref.key for ref in own or also[:1]]
        return neighbourhood(self.store, keys, depth)

    def html(
        self,
        path: str | os.PathLike[str],
        names: str | Sequence[str] = (),
        *,
        depth: int = 1,
        title: str | None = None,
        limit: int | None = None,
    ) -> PageSummary:
        """Draw the neighbourhood of some names, or the whole graph, on one page that needs no network.

        Args:
            path: the file.
            names: see `view`.
            depth: see `view`.
            title: the page's heading.
            limit: the most nodes to draw; of a larger graph the best connected ones are.

        Raises:
            NameNotFoundError: nothing bears one of the names.
            OSError: the file cannot be written.
        """
        from kg.views.page import NODE_LIMIT, write_page

        subgraph = self.view(names, depth=depth)
        heading = title or ", ".join(subgraph.nodes[key].name for key in subgraph.centre) or "Knowledge graph"
        return write_page(subgraph, path, heading, limit=limit or NODE_LIMIT)

    def export(self, target: str | os.PathLike[str] | BinaryIO, format: str) -> ExportSummary:
        """Write the whole graph for other tools.

        Args:
            target: a path, or a file open for bytes.
            format: ``graphml``, ``gexf``, ``json`` or ``csv``.

        Raises:
            ExportError: no such format.
            OSError: the file cannot be written.
        """
        from kg.views.exports import export

        return export(self.store, format, target)
