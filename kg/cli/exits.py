"""How a command ends: exit statuses, and one line for whatever went wrong."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from kg.cli.terminal import display
from kg.stores.base import QueryError, QueryTimeoutError, StoreError, WriteRefusedError

DONE, NOT_ALL, USAGE, INPUT, STORE, STATEMENT, TIMEOUT, OUTPUT = range(8)
INTERNAL = 70
INTERRUPTED = 130
CLOSED_PIPE = 141

MEANINGS = {
    DONE: "done",
    NOT_ALL: "done, but records were skipped or failed; or nothing was found",
    USAGE: "the command line is wrong",
    INPUT: "the input cannot be read",
    STORE: "the store cannot be opened, reached or written",
    STATEMENT: "the Cypher statement is wrong, or would write without --write",
    TIMEOUT: "the statement ran past --timeout",
    OUTPUT: "the output cannot be written",
    INTERNAL: "a fault of this program",
    INTERRUPTED: "interrupted (Ctrl-C)",
    CLOSED_PIPE: "whoever read the output stopped reading",
}


class InputError(Exception):
    """Input that cannot be read; the message says what and where."""


class OutputError(Exception):
    """Output that cannot be written: where (``-`` is standard output), and what the system said."""

    def __init__(self, where: str, error: OSError) -> None:
        name = "standard output" if where == "-" else display(where)
        super().__init__(f"{name}: {error.strerror or error}")


@contextmanager
def guarded() -> Iterator[None]:
    """Turn whatever goes wrong inside into one line on stderr and an exit status."""
    try:
        yield
        sys.stdout.flush()
    except (click.exceptions.Exit, click.ClickException):
        raise
    except (KeyboardInterrupt, click.Abort):
        _end(
            INTERRUPTED, "interrupted; every paper loaded so far is kept, the same command goes on from there"
        )
    except BrokenPipeError:
        _end(CLOSED_PIPE)
    except Exception as error:
        _end(*_meaning(error))


def _meaning(error: Exception) -> tuple[int, str]:
    if isinstance(error, QueryTimeoutError):
        return TIMEOUT, f"{error}; allow more with --timeout SECONDS"
    if isinstance(error, WriteRefusedError):
        return STATEMENT, f"{error}; with --write it may"
    if isinstance(error, QueryError):
        return STATEMENT, str(error)
    if isinstance(error, StoreError):
        return STORE, str(error)
    if isinstance(error, InputError):
        return INPUT, str(error)
    if isinstance(error, OutputError):
        return OUTPUT, str(error)
    if isinstance(error, OSError):
        where = "standard output" if error.filename is None else display(error.filename)
        full = error.filename is None or error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
        return OUTPUT if full else INPUT, f"{where}: {error.strerror or error}"
    if os.environ.get("KG_DEBUG"):
        traceback.print_exception(error)
    first = (str(error).splitlines() or [""])[0]
    return INTERNAL, f"unexpected {type(error).__name__}: {first} (KG_DEBUG=1 shows where)"


def _end(status: int, message: str = "") -> None:
    if message:
        with suppress(OSError):
            click.echo(f"kg: {' '.join(message.splitlines())}", err=True)
    try:
        sys.stdout.flush()
    except OSError:
        # The interpreter flushes once more as it ends, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise click.exceptions.Exit(status)
