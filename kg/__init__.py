"""Turn abstracts of machine-learning papers into a knowledge graph in which every claim opens to its sentence.

`kg.open` gives a `Graph`; `kg.read` and `kg.extract` turn files into papers and papers into claims. Everything
here is loaded when it is first used, so that `import kg` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.api import Graph, extract, open, read
    from kg.claims import PaperClaims
    from kg.papers import Paper
    from kg.stores.base import QueryError, QueryTimeoutError, StoreError, WriteRefusedError

_HOMES = {
    "Graph": "kg.api",
    "extract": "kg.api",
    "open": "kg.api",
    "read": "kg.api",
    "PaperClaims": "kg.claims",
    "Paper": "kg.papers",
    "QueryError": "kg.stores.base",
    "QueryTimeoutError": "kg.stores.base",
    "StoreError": "kg.stores.base",
    "WriteRefusedError": "kg.stores.base",
}

__all__ = [
    "Graph",
    "Paper",
    "PaperClaims",
    "QueryError",
    "QueryTimeoutError",
    "StoreError",
    "WriteRefusedError",
    "extract",
    "open",
    "read",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
