"""What kglite answers, rows and errors, as the protocol has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kg.stores.base import QueryError, QueryTimeoutError, StoreError, WriteRefusedError
from kg.stores.dialect import Statement
from kg.stores.values import unguard

_NODE = {"id", "labels", "properties"}
_EDGE = {"id", "start", "end", "type", "properties"}
_PATH = {"nodes", "relationships"}


def plain(value: Any) -> Any:
    """A value of an answer as the protocol gives it."""
    if isinstance(value, str):
        return unguard(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == _NODE and isinstance(value["labels"], list):
            return {"_labels": value["labels"], **_stored(value["labels"], value["properties"])}
        if value.keys() == _EDGE and isinstance(value["properties"], dict):
            return {"_type": value["type"], **{k: plain(v) for k, v in value["properties"].items()}}
        if value.keys() == _PATH:
            nodes, edges = plain(value["nodes"]), plain(value["relationships"])
            return [part for pair in zip(nodes, [*edges, None], strict=True) for part in pair][:-1]
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (dt.date, dt.time)):  # a datetime is a date
        return value.isoformat()
    return value


def _stored(labels: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    """A node's own properties: kglite adds id and type, and a title where none was written."""
    made_up = {f"{labels[0]}_{properties.get('id')}", str(properties.get("id")), properties.get("name")}
    hidden = {"id", "type"} | ({"title"} if str(properties.get("title")) in made_up else set())
    return {key: plain(value) for key, value in properties.items() if key not in hidden}


@contextmanager
def errors(url: str, statement: Statement | None = None, timeout: float | None = None) -> Iterator[None]:
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
