"""Rows as a table, as JSON, as JSON lines and as CSV, on standard output."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kg.cli.terminal import ascii_only, in_colour, is_terminal
from kg.stores.base import Rows


def write_json(value: Any, indent: int | None = 2) -> None:
    """Write one JSON document and a line break."""
    sys.stdout.write(to_json(value, indent) + "\n")


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON as the standard has it: a number that is none (NaN) becomes null."""
    return json.dumps(_finite(value), ensure_ascii=ascii_only(), indent=indent)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def cell(value: Any) -> str:
    """A value as text in one line: lists and maps as JSON, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return to_json(value)


def _json(rows: Rows) -> None:
    items = (to_json(row) for row in rows.dicts())
    first = next(items, None)
    if first is None:
        sys.stdout.write("[]\n")
        return
    sys.stdout.write("[\n" + first)
    for item in items:
        sys.stdout.write(",\n" + item)
    sys.stdout.write("\n]\n")


def _jsonl(rows: Rows) -> None:
    sys.stdout.writelines(to_json(row) + "\n" for row in rows.dicts())


def _csv(rows: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows([cell(value) for value in row] for row in rows.rows)


def _table(rows: Rows) -> None:
    if is_terminal(sys.stdout):
        _terminal_table(rows)
    else:
        sys.stdout.writelines(line + "\n" for line in plain_table(rows.columns, rows.rows))


def _terminal_table(rows: Rows) -> None:
    """A table as wide as the terminal; long cells go over several lines, nothing is cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(rows.columns):
        numeric = all(_is_number(row[index]) or row[index] is None for row in rows.rows)
        table.add_column(Text(column), overflow="fold", justify="right" if numeric and rows.rows else "left")
    for row in rows.rows:
        table.add_row(*(Text(cell(value)) for value in row))
    Console(color_system="auto" if in_colour(sys.stdout) else None, highlight=False).print(table)


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Lines of a table whose cells are never cut; a line break in a cell shows as ``\\n``."""
    from rich.cells import cell_len

    head = [_flat(column) for column in columns]
    body = [[_flat(cell(value)) for value in row] for row in rows]
    widths = [max(map(cell_len, cells)) for cells in zip(head, *body, strict=True)]
    right = [
        bool(rows) and all(_is_number(row[i]) or row[i] is None for row in rows) for i in range(len(head))
    ]
    for line in (head, ["─" * width for width in widths], *body):
        padded = []
        for text, width, to_right in zip(line, widths, right, strict=True):
            pad = " " * (width - cell_len(text))
            padded.append(pad + text if to_right else text + pad)
        yield "  ".join(padded).rstrip()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flat(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", " ")


FORMATS: dict[str, Callable[[Rows], None]] = {"table": _table, "json": _json, "jsonl": _jsonl, "csv": _csv}
