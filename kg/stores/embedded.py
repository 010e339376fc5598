"""The store in one file, on kglite: no server, nothing to install."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kg.stores import checks
from kg.stores.base import (
    Changes,
    QueryError,
    QueryTimeoutError,
    Rows,
    StoreError,
    WriteRefusedError,
)
from kg.stores.dialect import Statement, prepare, quote, written_name
from kg.stores.embedded_write import write as write_batch
from kg.stores.values import clean, guard, unguard

# The log is folded into the file past this size, so that a reader has little of it to replay.
_LOG_MIB = 4
_COPY_TRIES = 5


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
        self._lock = threading.RLock()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        with _errors(self.url):
            self._graph = self._open_to_read() if read_only else self._open_to_write()
        # Only a write opens this gate, and only while it runs.
        self._graph.read_only(True)
        self.as_of = self._written()

    def _log_path(self) -> Path:
        return self._path.with_name(self._path.name + "-wal")

    def _written(self) -> dt.datetime:
        found = [path.stat().st_mtime for path in (self._path, self._log_path()) if path.exists()]
        return dt.datetime.fromtimestamp(max(found, default=0), dt.UTC)

    def _open_to_write(self) -> Any:
        import kglite

        if not self._path.absolute().parent.is_dir():
            raise StoreError(f"{self.url}: the folder {self._path.absolute().parent} does not exist")
        try:
            return kglite.open(self.url, durable="full", auto_checkpoint_wal_mib=_LOG_MIB)
        except kglite.WriterLeaseHeldError as error:
            holder = error.holder.get("pid")
            who = "this process" if error.holder.get("self") else f"process {holder or 'unknown'}"
            since = f" since {error.holder['since']}" if error.holder.get("since") else ""
            message = f"{self.url}: {who} has been writing it{since}; wait until it is done, then try again"
            raise StoreError(message) from None

    def _open_to_read(self) -> Any:
        """Load the file or, where the log beside it knows more, replay both in a private copy."""
        import kglite

        if not self._path.exists() and not self._log_path().exists():
            raise StoreError(f"{self.url}: no graph there; `kg build SOURCE --store {self.url}` makes one")
        if self._path.exists():
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                graph = kglite.load(self.url)
            if not said:
                return graph
        for tries_left in reversed(range(_COPY_TRIES)):
            self._copy = tempfile.TemporaryDirectory(prefix="paperkg-", ignore_cleanup_errors=True)
            twin = Path(self._copy.name) / "graph.kgl"
            try:
                # The log first: a checkpoint between the two copies is then newer than the log, never older.
                shutil.copyfile(self._log_path(), twin.with_name(twin.name + "-wal"))
                if self._path.exists():
                    shutil.copyfile(self._path, twin)
                return kglite.open(str(twin), lock=False, durable="normal", auto_checkpoint_wal_mib=0)
            except (kglite.KgError, OSError, RuntimeError, ValueError):
                self._copy.cleanup()
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

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
        with self._lock, _errors(self.url, statement, timeout), self._gate(write):
            if not write:
                self._refuse_files(statement.text, values)
            answer = self._graph.cypher(
                statement.text,
                params=values,
                timeout_ms=0 if timeout is None else max(1, round(timeout * 1000)),
                hide_structural_keys=True,
            )
        if isinstance(answer, str):
            raise QueryError(
                "FORMAT is not part of a statement here; choose the format where the rows are shown"
            )
        rows = [tuple(_plain(row[column]) for column in answer.columns) for row in answer.to_list()]
        columns = tuple(written_name(column) for column in answer.columns)
        return Rows(columns, rows, tuple(answer.warnings))

    def _refuse_files(self, cypher: str, values: dict[str, Any]) -> None:
        """Read mode lets LOAD CSV read any file of the machine; ask the engine's plan whether it would."""
        if "LOAD" not in cypher.upper():
            return
        bare = re.sub(r"^\s*(EXPLAIN|PROFILE)\b", "", cypher, flags=re.IGNORECASE)
        plan = self._graph.cypher("EXPLAIN " + bare, params=values).to_list()
        if any("LoadCsv" in str(step.get("operation", "")) for step in plan):
            raise WriteRefusedError("LOAD CSV reads a file of this machine, which needs permission to write")

    @contextmanager
    def _gate(self, write: bool) -> Iterator[None]:
        if not write:
            yield
            return
        self._graph.read_only(False)
        try:
            yield
        finally:
            self._graph.read_only(True)

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
        with self._lock, _errors(self.url), self._gate(True):
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
        with self._lock, _errors(self.url), warnings.catch_warnings():
            # A checkpoint that failed is tried again later; the batch itself is in the log by then.
            warnings.simplefilter("ignore")
            with self._graph.begin() as transaction:
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
                with _errors(self.url):
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


_NODE = {"id", "labels", "properties"}
_EDGE = {"id", "start", "end", "type", "properties"}
_PATH = {"nodes", "relationships"}


def _plain(value: Any) -> Any:
    """A value of an answer as the protocol gives it."""
    if isinstance(value, str):
        return unguard(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == _NODE and isinstance(value["labels"], list):
            return {"_labels": value["labels"], **_stored(value["labels"], value["properties"])}
        if value.keys() == _EDGE and isinstance(value["properties"], dict):
            return {"_type": value["type"], **{k: _plain(v) for k, v in value["properties"].items()}}
        if value.keys() == _PATH:
            nodes, edges = _plain(value["nodes"]), _plain(value["relationships"])
            return [part for pair in zip(nodes, [*edges, None], strict=True) for part in pair][:-1]
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (dt.date, dt.time)):  # a datetime is a date
        return value.isoformat()
    return value


def _stored(labels: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    """A node's own properties: kglite adds id and type, and a title where none was written."""
    made_up = {f"{labels[0]}_{properties.get('id')}", str(properties.get("id")), properties.get("name")}
    hidden = {"id", "type"} | ({"title"} if str(properties.get("title")) in made_up else set())
    return {key: _plain(value) for key, value in properties.items() if key not in hidden}


@contextmanager
def _errors(url: str, statement: Statement | None = None, timeout: float | None = None) -> Iterator[None]:
    """Turn kglite's errors into the protocol's, one line each."""
    import kglite

    try:
        yield
    except StoreError:
        raise
    except kglite.ReadOnlyError:
        raise WriteRefusedError("the statement would change the graph, and this is a read") from None
    except kglite.CypherTimeoutError:
        limit = "its limit" if timeout is None else f"its limit of {timeout:g} s"
        raise QueryTimeoutError(f"the statement ran past {limit}") from None
    except (kglite.CypherError, kglite.SchemaError) as error:
        if statement is None:
            raise StoreError(f"{url}: {_one_line(error)}") from None
        raise QueryError(_positioned(error, statement)) from None
    except kglite.ConstraintError as error:
        raise StoreError(f"{url}: {_one_line(error)}") from None
    except (kglite.FileFormatError, UnicodeDecodeError):
        raise StoreError(f"{url}: not a graph of this program; name another file with --store") from None
    except (kglite.KgError, OSError, RuntimeError) as error:
        raise StoreError(f"{url}: {_one_line(error)}") from None
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        if statement is None:
            raise StoreError(f"{url}: {_one_line(error)}") from None
        raise QueryError(_one_line(error)) from None


def _one_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _positioned(error: Exception, statement: Statement) -> str:
    message = _one_line(error)
    line, column = getattr(error, "line", None), getattr(error, "col", None)
    if line is None or column is None:
        return message.split(" error: ", 1)[-1].split(". Available: ", 1)[0]
    message = message.split(": ", 1)[-1]
    return f"line {line}, column {statement.column(line, column)}: {message}"
