"""Stores: the graph behind one protocol, in one file or in Neo4j."""

from __future__ import annotations

import re
from pathlib import Path

from kg.stores.base import Store, StoreError

__all__ = ["Store", "StoreError", "open_store"]

_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def open_store(
    url: str | Path,
    *,
    read_only: bool = False,
    user: str | None = None,
    database: str | None = None,
) -> Store:
    """Open the store that ``url`` names.

    Args:
        url: a file's path, or a Neo4j address: ``neo4j://user@host:7687/database`` (also ``bolt``, and each
            with ``+s`` or ``+ssc``). Neo4j's password comes from the environment, NEO4J_PASSWORD.
        read_only: open to read: the store must exist, and nothing in it can be changed.
        user: Neo4j's user, where the address names none; else NEO4J_USERNAME, else ``neo4j``.
        database: Neo4j's database, where the address names none; else the server's default.

    Raises:
        StoreError: it cannot be opened; the message says what to do.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", str(url))
    if not scheme:
        from kg.stores.embedded import EmbeddedStore

        return EmbeddedStore(url, read_only=read_only)
    if scheme[1].lower() not in _SCHEMES:
        raise StoreError(
            f"{scheme[1]}:// is no store; give a file's path, or one of {', '.join(s + '://' for s in _SCHEMES)}"
        )
    from kg.stores.neo4j import Neo4jStore

    return Neo4jStore(str(url), read_only=read_only, user=user, database=database)
