"""Values for the ``$names`` of a Cypher statement, from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import click

_TOKENS = re.compile(
    r"""'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | //[^\n]* | /\*.*?\*/
      | \$(?: `(?P<quoted>(?:``|[^`])+)` | (?P<plain>\w+) )
      | `(?:``|[^`])*`""",
    re.VERBOSE | re.DOTALL,
)
_INTEGERS = range(-(2**63), 2**63)


def parameter_names(cypher: str) -> list[str]:
    """The parameters that a statement uses, in order; strings, comments and quoted names do not count."""
    found = (m["plain"] or (m["quoted"] or "").replace("``", "`") for m in _TOKENS.finditer(cypher))
    return [name for name in dict.fromkeys(found) if name]


def parse_value(text: str) -> Any:
    """Read a value: JSON where it is JSON (number, true, false, null, list, object, quoted text), else text.

    >>> [parse_value(v) for v in ("2024", "007", "true", "a=b", '["a"]', '"2024"')]
    [2024, '007', True, 'a=b', ['a'], '2024']

    Raises:
        ValueError: it is a number that no store can hold.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text
    for number in _numbers(value):
        if isinstance(number, int) and number not in _INTEGERS:
            raise ValueError(f"{text} does not fit in 64 bits; to pass it as text use --text")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _numbers(value: Any) -> Iterable[Any]:
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    elif isinstance(value, (int, float)):
        yield value


def parse_parameters(typed: Iterable[str], texts: Iterable[str]) -> dict[str, Any]:
    """Read ``name=value`` options.

    Args:
        typed: values read by `parse_value`.
        texts: values that are text whatever they look like.

    Raises:
        click.BadParameter: an option has no ``=``, its value does not fit, or a name is given twice.
    """
    found: dict[str, Any] = {}
    for option, pairs, read in (("-p", typed, parse_value), ("-t", texts, str)):
        for pair in pairs:
            name, equals, value = pair.partition("=")
            name = name.removeprefix("$")
            if not equals or not name:
                raise click.BadParameter(f"{pair!r} is not name=value", param_hint=option)
            if name in found:
                raise click.BadParameter(f"{name} is given twice", param_hint=option)
            try:
                found[name] = read(value)
            except ValueError as error:
                raise click.BadParameter(f"{name}: {error}", param_hint=option) from None
    return found


def check_parameters(cypher: str, given: Mapping[str, Any]) -> None:
    """Refuse a statement that lacks a parameter, and parameters it does not use.

    Raises:
        click.UsageError: names them.
    """
    used = parameter_names(cypher)
    missing = [f"${name}" for name in used if name not in given]
    unused = [name for name in given if name not in used]
    complaints = []
    if missing:
        example = f"-p {missing[0].removeprefix('$')}=VALUE"
        complaints.append(f"the statement needs {', '.join(missing)}; give {example}")
    if unused:
        complaints.append(f"the statement does not use {', '.join(unused)}")
    if complaints:
        raise click.UsageError("; ".join(complaints))
