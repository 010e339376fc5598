"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_STORE = "graph.kgl"


def store_option(command: Command) -> Command:
    """``--store``: which graph."""
    return click.option(
        "--store",
        metavar="FILE|URL",
        default=DEFAULT_STORE,
        show_default=True,
        envvar="KG_STORE",
        show_envvar=True,
        help="The graph: a file, or neo4j://host:7687 (password from NEO4J_PASSWORD).",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(command)
