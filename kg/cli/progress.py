"""How far a long command is: a living line on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from kg.cli.terminal import in_colour, is_terminal

_LOG_SECONDS = 30.0
SHOWN = 20


@contextmanager
def paper_count(quiet: bool) -> Iterator[Callable[[object], None]]:
    """Show on stderr how many papers are done.

    Args:
        quiet: show nothing.

    Yields:
        A function to call after each paper.
    """
    if quiet:
        yield lambda paper: None
    elif is_terminal(sys.stderr):
        with _living_line() as advance:
            yield advance
    else:
        yield _log_lines()


@contextmanager
def _living_line() -> Iterator[Callable[[object], None]]:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TimeElapsedColumn
    from rich.text import Text

    class Count(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = f"  {task.speed:,.1f} a second" if task.speed else ""
            return Text(f"{task.completed:,.0f} papers{speed}")

    console = Console(stderr=True, color_system="auto" if in_colour(sys.stderr) else None)
    with Progress(SpinnerColumn(), Count(), TimeElapsedColumn(), console=console, transient=True) as bar:
        # The size of a stream is unknown, so there is no percentage.
        task = bar.add_task("papers", total=None)
        yield lambda paper: bar.advance(task)


def _log_lines() -> Callable[[object], None]:
    began = said = time.monotonic()
    done = 0

    def advance(paper: object) -> None:
        nonlocal said, done
        done += 1
        now = time.monotonic()
        if now - said >= _LOG_SECONDS:
            said = now
            click.echo(f"{done:,} papers, {done / (now - began):,.1f} a second", err=True)

    return advance


class Complaints:
    """Prints problems on stderr, each once, and only the first of very many."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []
        self._last = ""

    def __call__(self, problem: object) -> None:
        """Print one problem."""
        text = " ".join(str(problem).splitlines())
        if text == self._last:
            return
        self._last = text
        self.count += 1
        if self.count <= SHOWN:
            self.first.append(text)
            click.echo(f"kg: {text}", err=True)

    def close(self) -> None:
        """Say how many were not printed."""
        if self.count > SHOWN:
            click.echo(f"kg: … and {self.count - SHOWN:,} more problems", err=True)
