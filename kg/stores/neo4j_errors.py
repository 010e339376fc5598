"""The Neo4j driver's errors as the protocol's: one line that says what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kg.stores.base import QueryError, QueryTimeoutError, StoreError, WriteRefusedError

PATIENCE = 10.0  # seconds for a connection


@contextmanager
def errors(url: str, timeout: float | None = None) -> Iterator[None]:
    """Turn the driver's errors into the protocol's, one line each."""
    import neo4j.exceptions as failures

    try:
        yield
    except StoreError:
        raise
    except failures.AuthError:
        if os.environ.get("NEO4J_PASSWORD"):
            reason = "the server does not accept this user with the password in NEO4J_PASSWORD"
        else:
            reason = "the server wants a password; put it into the environment, NEO4J_PASSWORD"
        raise StoreError(f"{url}: {reason}") from None
    except failures.ConstraintError as error:
        raise StoreError(f"{url}: {_one_line(error)}") from None
    except failures.Neo4jError as error:
        raise _server_error(error, url, timeout) from None
    except failures.DriverError as error:
        raise StoreError(f"{url}: {_reason(error, url)}") from None
    except (OSError, ValueError, TypeError, OverflowError, failures.ConfigurationError) as error:
        raise StoreError(f"{url}: {_one_line(error)}") from None


def _server_error(error: Any, url: str, timeout: float | None) -> StoreError:
    code = str(error.code)
    if code.startswith("Neo.ClientError.Transaction.TransactionTimedOut"):
        limit = "the server's limit" if timeout is None else f"its limit of {timeout:g} s"
        return QueryTimeoutError(f"the statement ran past {limit}")
    if code == "Neo.ClientError.Statement.AccessMode":
        return WriteRefusedError("the statement would change the graph, and this is a read")
    if code == "Neo.ClientError.Security.AuthenticationRateLimit":
        return StoreError(f"{url}: too many wrong passwords; wait five seconds and try again")
    if code == "Neo.ClientError.Database.DatabaseNotFound":
        return StoreError(f"{url}: the server has no such database")
    if "ReadOnly" in code:
        return StoreError(f"{url}: the server holds this database read-only")
    if "MemoryPoolOutOfMemory" in code:
        return StoreError(f"{url}: one batch is too large for the server's memory; load in smaller batches")
    if code.startswith(("Neo.ClientError.Statement", "Neo.ClientError.Procedure")):
        return QueryError(_positioned(error))
    return StoreError(f"{url}: {_one_line(error)}")


def _one_line(error: BaseException) -> str:
    text = getattr(error, "message", None) or str(error)
    return " ".join(text.splitlines()[0].split()) if text else type(error).__name__


def _positioned(error: Any) -> str:
    message = _one_line(error)
    place = re.search(r"\s*\(line (\d+), column (\d+)(?: \(offset: \d+\))?\)", error.message or "")
    if not place:
        return message
    bare = message.replace(place[0], "").strip()
    return f"line {place[1]}, column {place[2]}: {bare}"


def _reason(error: BaseException, url: str) -> str:
    """Why there is no connection, and what to try."""
    seen: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(seen) < 8:
        seen.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__ or cause.__context__
    text = " ".join(seen)
    scheme = url.split(":", 1)[0]
    plain = scheme.split("+")[0]
    if "CERTIFICATE_VERIFY_FAILED" in text or "self-signed" in text:
        return f"the server's certificate is not trusted; for a self-signed one use {plain}+ssc://"
    if "+" in scheme and re.search(r"SSL|TLS|encrypt|EOF|reset", text, re.IGNORECASE):
        return f"the server does not speak TLS on this port; try {plain}://, or the right port (7687)"
    if "HTTP" in text or "handshake" in text.lower() or "magic" in text.lower():
        return "what answers there does not speak Bolt; Neo4j's Bolt port is 7687, 7474 is its HTTP port"
    if "routing" in text.lower() and plain == "neo4j" and "refused" not in text:
        return f"the server gives no routing table; try bolt{scheme[5:]}://"
    if "getaddrinfo" in text or "Cannot resolve" in text or "not known" in text:
        return "no host of that name"
    if "timed out" in text.lower() or "timeout" in text.lower():
        return f"no answer within {PATIENCE:g} s; is this the right host and port (7687)?"
    if "refused" in text:
        return "nothing listens there; is the server running, and is this the right port (7687)?"
    return _one_line(error)
