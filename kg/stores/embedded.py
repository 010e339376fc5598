"""The store in one file, on kglite: no server, nothing to install."""

from __future__ import annotations

import datetime as dt
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kg.stores import checks
from kg.stores.base import Changes, QueryError, Rows, StoreError, WriteRefusedError
from kg.stores.dialect import prepare, quote, written_name
from kg.stores.embedded_answers import errors, plain
from kg.stores.embedded_files import Folder, log_path, open_to_read, open_to_write
from kg.stores.embedded_write import write as write_batch
from kg.stores.values import clean, guard


class EmbeddedStore:
    """A graph in one file.

    One process writes at a time; any number read, also while one writes. What ``apply`` has returned from
    survives a kill and a power cut, and the next reader sees it. A reader answers from the state it found
    when it was opened.

    Attributes:
        url: the file's path.
        read_only: opened for reading; nothing beside the file is written, no lock is taken.
        as_of: when the state that a reader answers from was written.
    """

    def __init__(self, path: str | Path, *, read_only: bool = False) -> None:
        """Open the graph at ``path``; make it if it is missing, unless ``read_only``.

        Raises:
            StoreError: no such file (reading), not a graph, or another process is writing it.
        """
        import kglite

        kglite.set_query_warning_policy("silent")
        self.url = str(path)
        self.read_only = read_only
        self._path = Path(path)
        # Reads of a reader may run side by side; a writer's wait, as a write opens the gate for all.
        self._lock: AbstractContextManager[Any] = nullcontext() if read_only else threading.RLock()
        self._copy: Folder | None = None
        with errors(self.url):
            if read_only:
                self._graph, self._copy = open_to_read(self._path)
            else:
                self._graph = open_to_write(self._path)
        # Only a write opens this gate, and only while it runs.
        self._graph.read_only(True)
        found = [file.stat().st_mtime for file in (self._path, log_path(self._path)) if file.exists()]
        self.as_of = dt.datetime.fromtimestamp(max(found, default=0), dt.UTC)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        timeout: float | None = None,
    ) -> Rows:
        """Run one statement; without ``write`` the engine's own read mode refuses changes.

        Raises:
            QueryError: the statement is wrong.
            QueryTimeoutError: it ran past ``timeout`` seconds.
            WriteRefusedError: it would change the graph, or read a file, without ``write``.
        """
        if write:
            self._must_write()
        statement = prepare(cypher)
        values = guard(clean(dict(parameters or {})))
        with self._lock, errors(self.url, statement, timeout), self._on_disk(), self._gate(write):
            if not write:
                self._refuse_files(statement.text, values)
            answer = self._live().cypher(
                statement.text,
                params=values,
                timeout_ms=0 if timeout is None else max(1, round(timeout * 1000)),
                hide_structural_keys=True,
            )
        if isinstance(answer, str):
            raise QueryError(
                "FORMAT is not part of a statement here; choose the format where the rows are shown"
            )
        rows = [tuple(plain(row[column]) for column in answer.columns) for row in answer.to_list()]
        columns = tuple(written_name(column) for column in answer.columns)
        return Rows(columns, rows, tuple(answer.warnings))

    def _refuse_files(self, cypher: str, values: dict[str, Any]) -> None:
        """Read mode lets LOAD CSV read any file of the machine; ask the engine's plan whether it would."""
        if "LOAD" not in cypher.upper():
            return
        bare = re.sub(r"^\s*(EXPLAIN|PROFILE)\b", "", cypher, flags=re.IGNORECASE)
        plan = self._live().cypher("EXPLAIN " + bare, params=values).to_list()
        if any("LoadCsv" in str(step.get("operation", "")) for step in plan):
            raise WriteRefusedError("LOAD CSV reads a file of this machine, which needs permission to write")

    def _live(self) -> Any:
        if self._graph is None:
            raise StoreError(f"{self.url} is closed")
        return self._graph

    @contextmanager
    def _gate(self, write: bool) -> Iterator[None]:
        if not write:
            yield
            return
        self._live().read_only(False)
        try:
            yield
        finally:
            if self._graph is not None:
                self._graph.read_only(True)

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """Where the disk refuses a write, go back to what it holds: kglite keeps the write in memory."""
        import kglite

        try:
            yield
        except kglite.FileIoError as error:
            if error.code != "DurabilityFailed":
                raise
            reason = str(error).split(": ")[1].split(". ")[0]
            # Leaving it as after a failure writes nothing, and lets go of the file.
            self._graph.__exit__(type(error), error, None)
            self._graph = None
            self._graph = open_to_write(self._path)
            self._graph.read_only(True)
            raise StoreError(
                f"{self.url}: the disk refused the write ({reason}); nothing of it is in the graph, all before it is"
            ) from None

    def _must_write(self) -> None:
        if self.read_only:
            raise WriteRefusedError(f"{self.url} is open for reading only")

    def ensure_schema(self) -> None:
        """Make the constraints and indexes of the schema; does nothing the second time.

        Raises:
            StoreError: the file holds nodes that break a constraint.
        """
        from kg.graph_schema import schema

        declared = schema()
        wanted = [
            f"FOR (n:{quote(label)}) REQUIRE n.{quote(n.key)} IS UNIQUE"
            for label, n in declared.nodes.items()
        ]
        found = {(row[0], row[1]) for row in self._listed("CONSTRAINTS")}
        if all((label, node.key) in found for label, node in declared.nodes.items()):
            return
        self._must_write()
        checks.refuse_strangers(self)
        # kglite looks up by a node's first label, so an index on Entity would serve nothing.
        indexes = [
            f"FOR (n:{quote(label)}) ON (n.{quote(name)})"
            for label, names in declared.indexed().items()
            if label in declared.nodes
            for name in names
        ]
        indexes += [
            f"FOR ()-[r:{quote(kind)}]-() ON (r.{quote(name)})"
            for kind, names in declared.indexed_relations().items()
            for name in names
        ]
        with self._lock, errors(self.url), self._on_disk(), self._gate(True):
            for what, rules in (("CONSTRAINT", wanted), ("INDEX", indexes)):
                for rule in rules:
                    self._graph.cypher(f"CREATE {what} IF NOT EXISTS {rule}")

    def _listed(self, what: str) -> list[tuple[str, str]]:
        rows = self.query(f"SHOW {what}").dicts()
        return [(row["labelsOrTypes"][0], row["properties"][0]) for row in rows]

    def apply(self, changes: Changes) -> None:
        """Write one batch: when this returns it is on the disk, when it raises nothing of it is in the graph.

        Raises:
            StoreError: an end of an edge is missing, a key is missing, or the disk refused.
        """
        self._must_write()
        checks.refuse_keyless(changes)
        with self._lock, errors(self.url), warnings.catch_warnings():
            # A checkpoint that failed is tried again later; the batch itself is in the log by then.
            warnings.simplefilter("ignore")
            with self._on_disk(), self._live().begin() as transaction:
                write_batch(transaction.cypher, changes)

    def counts(self) -> dict[str, int]:
        """Nodes by label and edges by type, counted in the store."""
        nodes = self.query("MATCH (n) UNWIND labels(n) AS name RETURN name, count(*) ORDER BY name")
        edges = self.query("MATCH ()-[r]->() RETURN type(r) AS name, count(*) ORDER BY name")
        return dict([*nodes.rows, *edges.rows])

    def close(self) -> None:
        """Fold the log into the file and let go of it; a second call does nothing.

        Raises:
            StoreError: the disk refused; nothing is lost, the log beside the file still holds it.
        """
        if self._graph is None:
            return
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not self.read_only:
                with errors(self.url):
                    self._graph.close()
            self._graph = None
            if self._copy:
                self._copy.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
