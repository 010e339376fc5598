"""What a terminal, a pipe and a log file each get: encoding, colours, width."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import Any, TextIO

import click


def use_utf8() -> None:
    """Start over in Python's UTF-8 mode where the locale knows no UTF-8: names of files and arguments need it."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def prepare_streams() -> None:
    """Write UTF-8 to pipes and files whatever the locale; on a terminal escape what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def is_terminal(stream: TextIO) -> bool:
    """Whether someone looks at this stream on a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def in_colour(stream: TextIO) -> bool:
    """Whether colours may go to a stream: a terminal, and NO_COLOR is not set. FORCE_COLOR changes nothing."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def paint(text: str, **style: Any) -> str:
    """Style text for standard output where colours are welcome."""
    return click.style(text, **style) if in_colour(sys.stdout) else text


def width() -> int:
    """Columns to wrap running text at."""
    return min(100, shutil.get_terminal_size((100, 24)).columns)


def wrapped(text: str, indent: str) -> str:
    """Running text, wrapped to the terminal and indented; in a pipe one line, so that it can be searched."""
    if not is_terminal(sys.stdout):
        return indent + text
    return textwrap.fill(
        text,
        width(),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def ascii_only() -> bool:
    """Whether standard output cannot take every character, so that JSON must escape them."""
    return "utf" not in (sys.stdout.encoding or "").lower()


def display(path: Any) -> str:
    """A file's name as text, also where the locale does not know its letters."""
    return os.fsencode(path).decode("utf-8", "replace") if isinstance(path, (str, os.PathLike)) else str(path)


class Text(click.ParamType):
    """Text from the command line, read as UTF-8 where the locale left its bytes undecoded."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the text; fail where it is not UTF-8."""
        try:
            return str(value).encode("utf-8", "surrogateescape").decode("utf-8")
        except UnicodeDecodeError:
            self.fail("is not UTF-8", param, ctx)


TEXT = Text()
