"""The store in a Neo4j server, Community edition and no plugins, through Neo4j's own driver."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from kg.stores import checks
from kg.stores.base import Changes, QueryError, Rows, StoreError, WriteRefusedError
from kg.stores.dialect import prepare, quote
from kg.stores.neo4j_answers import operators, rows
from kg.stores.neo4j_errors import PATIENCE, errors
from kg.stores.neo4j_schema import indexes, refuse_overlong
from kg.stores.neo4j_write import write as write_batch
from kg.stores.values import clean

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction


class Neo4jStore:
    """A graph in a Neo4j database.

    Attributes:
        url: its address with the user and the database, never with a password.
        read_only: every statement runs in the server's read mode.
    """

    def __init__(
        self, url: str, *, read_only: bool = False, user: str | None = None, database: str | None = None
    ) -> None:
        """Connect; the password comes from the environment, NEO4J_PASSWORD.

        Args:
            url: ``neo4j://user@host:7687/database``; also ``bolt``, and each with ``+s`` or ``+ssc``.
            read_only: refuse every write.
            user: the user, where ``url`` names none; else NEO4J_USERNAME, else ``neo4j``.
            database: the database, where ``url`` names none; else the server's default.

        Raises:
            StoreError: no server there, wrong scheme, port, user or password.
        """
        parts = _split(url)
        self.read_only = read_only
        self._user = unquote(parts.username or "") or user or os.environ.get("NEO4J_USERNAME") or "neo4j"
        self._database = unquote(parts.path.strip("/")) or database
        address = f"{parts.hostname if ':' not in str(parts.hostname) else f'[{parts.hostname}]'}:{parts.port or 7687}"
        path = f"/{self._database}" if self._database else ""
        self.url = f"{parts.scheme}://{self._user}@{address}{path}"
        # Python prints the warnings of loggers that nobody listens to; notifications are in Rows.warnings.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self._driver: Driver | None = None
        rest = f"{address}?{parts.query}" if parts.query else address
        with errors(self.url):
            self._driver = self._connect(parts.scheme, rest)

    def _connect(self, scheme: str, rest: str) -> Driver:
        import neo4j

        password = os.environ.get("NEO4J_PASSWORD")
        driver = neo4j.GraphDatabase.driver(
            f"{scheme}://{rest}",
            auth=(self._user, password) if password else None,
            connection_timeout=PATIENCE,
            connection_acquisition_timeout=PATIENCE,
            max_transaction_retry_time=3 * PATIENCE,
            warn_notification_severity=neo4j.NotificationMinimumSeverity.OFF,
        )
        try:
            # Not in a transaction of the driver's: that would be tried for half a minute.
            with driver.session(database=self._database, default_access_mode=neo4j.READ_ACCESS) as session:
                session.run("RETURN 1").consume()
        except neo4j.exceptions.ServiceUnavailable:
            driver.close()
            if scheme.startswith("neo4j"):  # the driver says only that it cannot route, bolt says why
                self._connect(scheme.replace("neo4j", "bolt"), rest.partition("?")[0]).close()
            raise
        except BaseException:
            driver.close()
            raise
        return driver

    def _session(self, *, write: bool) -> Any:
        import neo4j

        if self._driver is None:
            raise StoreError(f"{self.url} is closed")
        mode = neo4j.WRITE_ACCESS if write else neo4j.READ_ACCESS
        return self._driver.session(database=self._database, default_access_mode=mode)

    def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        timeout: float | None = None,
    ) -> Rows:
        """Run one statement; without ``write`` the server's own read mode refuses changes.

        Raises:
            QueryError: the statement is wrong.
            QueryTimeoutError: it ran past ``timeout`` seconds.
            WriteRefusedError: it would change the graph, or read a file, without ``write``.
        """
        import neo4j

        if write:
            self._must_write()
        if not prepare(cypher).text.strip():
            raise QueryError("line 1, column 1: the statement is empty")
        values = clean(dict(parameters or {}))

        @neo4j.unit_of_work(timeout=timeout)
        def work(transaction: ManagedTransaction) -> Rows:
            return rows(transaction.run(cypher, values))

        with errors(self.url, timeout), self._session(write=write) as session:
            if write:  # not in a transaction of the driver's, so that CALL { … } IN TRANSACTIONS runs too
                return rows(session.run(neo4j.Query(cypher, timeout=timeout), values))
            self._refuse_files(session, cypher, values)
            return session.execute_read(work)

    def _refuse_files(self, session: Any, cypher: str, values: dict[str, Any]) -> None:
        """Read mode lets LOAD CSV read files and addresses; ask the server's plan whether it would."""
        if "LOAD" not in cypher.upper():
            return
        bare = re.sub(r"^\s*(EXPLAIN|PROFILE)\b", "", cypher, flags=re.IGNORECASE)
        plan = session.run("EXPLAIN " + bare, values).consume().plan
        if any(operator.startswith("LoadCSV") for operator in operators(plan)):
            raise WriteRefusedError("LOAD CSV reads a file or an address, which needs permission to write")

    def _must_write(self) -> None:
        if self.read_only:
            raise WriteRefusedError(f"{self.url} is open for reading only")

    def ensure_schema(self) -> None:
        """Make the constraints and indexes of the schema; does nothing the second time.

        Raises:
            StoreError: the database holds nodes that break a constraint; nothing was made.
        """
        from kg.graph_schema import full_text, unique_keys

        constraints = _covered(self.query("SHOW CONSTRAINTS").dicts())
        shown = self.query("SHOW INDEXES").dicts()
        plain = _covered([row for row in shown if row["type"] == "RANGE"])
        names = {row["name"] for row in shown}
        missing = [rule for rule in unique_keys() if ("NODE", *rule) not in constraints]
        statements = [
            f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{quote(label)}) REQUIRE n.{quote(name)} IS UNIQUE"
            for label, name in missing
        ]
        statements += [statement for rule, statement in indexes() if rule not in plain]
        statements += [statement for name, statement in full_text().items() if name not in names]
        if not statements:
            return
        self._must_write()
        if missing:
            checks.refuse_strangers(self)
        with errors(self.url), self._session(write=True) as session:
            for statement in statements:
                session.execute_write(lambda transaction, text=statement: transaction.run(text).consume())
            session.run("CALL db.awaitIndexes(300)").consume()

    def apply(self, changes: Changes) -> None:
        """Write one batch in one transaction; when this returns, the server has it on disk.

        Raises:
            StoreError: an end of an edge is missing, a key is missing or too long, or the server refused.
        """
        self._must_write()
        checks.refuse_keyless(changes)
        refuse_overlong(changes)
        with errors(self.url), self._session(write=True) as session:
            session.execute_write(write_batch, changes)

    def counts(self) -> dict[str, int]:
        """Nodes by label and edges by type, counted in the store."""
        labels = sorted(row[0] for row in self.query("CALL db.labels()").rows)
        kinds = sorted(row[0] for row in self.query("CALL db.relationshipTypes()").rows)
        # One pattern each: the server answers that from its own count.
        parts = [
            (label, f"MATCH (n:{quote(label)}) RETURN {i} AS place, count(n) AS n")
            for i, label in enumerate(labels)
        ]
        parts += [
            (kind, f"MATCH ()-[r:{quote(kind)}]->() RETURN {i} AS place, count(r) AS n")
            for i, kind in enumerate(kinds, len(labels))
        ]
        if not parts:
            return {}
        found = dict(self.query(" UNION ALL ".join(text for _, text in parts)).rows)
        return {name: found[i] for i, (name, _) in enumerate(parts) if found.get(i)}

    def close(self) -> None:
        """Close the connections; a second call does nothing."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _covered(shown: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Node or relationship, label or type, and property of each constraint or index that was shown."""
    return {
        (row["entityType"], label, name)
        for row in shown
        for label in row["labelsOrTypes"] or []
        for name in row["properties"] or []
    }


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise StoreError("the address cannot be read; write neo4j://user@host:7687/database") from None
    if parts.password is not None:
        raise StoreError(
            f"{parts.scheme}://{parts.hostname or ''}: no password in an address, where others can read it; "
            "put it into the environment, NEO4J_PASSWORD"
        )
    if not parts.hostname:
        raise StoreError(f"{url}: the address names no host; write neo4j://user@host:7687/database")
    return parts
