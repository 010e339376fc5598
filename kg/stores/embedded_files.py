"""Opening a graph's file, and the log beside it, to write and to read.

A writer appends each batch to the log (``graph.kgl-wal``) and folds the log into the file now and then. kglite's
own ``load`` reads the file alone. Here a reader gets what the log holds too: it replays a private copy of both.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kg.stores.base import StoreError

# The log is folded into the file past this size, so that a reader has little of it to replay.
_LOG_MIB = 4
_TRIES = 10  # a writer may change the files between two looks at them

Folder = tempfile.TemporaryDirectory[str]


def log_path(path: Path) -> Path:
    """The log beside a graph's file."""
    return path.with_name(path.name + "-wal")


def open_to_write(path: Path) -> Any:
    """Take the lease and open the graph with its log; make it if it is missing.

    Raises:
        StoreError: another process holds the lease, or there is no such folder.
    """
    import kglite

    if not path.absolute().parent.is_dir():
        raise StoreError(f"{path}: the folder {path.absolute().parent} does not exist")
    try:
        return _replay(path, path, durable="full", auto_checkpoint_wal_mib=_LOG_MIB)
    except kglite.WriterLeaseHeldError as error:
        holder = error.holder.get("pid")
        who = "this process" if error.holder.get("self") else f"process {holder or 'unknown'}"
        since = f" since {error.holder['since']}" if error.holder.get("since") else ""
        message = f"{path}: {who} has been writing it{since}; wait until it is done, then try again"
        raise StoreError(message) from None


def open_to_read(path: Path) -> tuple[Any, Folder | None]:
    """Load the file or, where the log beside it knows more, replay both in a private copy.

    Takes no lease and writes nothing beside the file.

    Returns:
        The graph, and the folder of the copy, to be removed after use.

    Raises:
        StoreError: there is no graph.
    """
    import kglite

    for tries_left in reversed(range(_TRIES)):
        before = _identity(path)
        if before is None and not log_path(path).exists():
            raise StoreError(f"{path}: no graph there; `kg build SOURCE --store {path}` makes one")
        if before is not None:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                graph = kglite.load(str(path))
            if not said and before == _identity(path):
                return graph, None
            if not said:  # a writer has put its log into a new file meanwhile; this one lacks what that held
                continue
        folder = Folder(prefix="paperkg-", ignore_cleanup_errors=True)
        try:
            return _replay_copy(path, Path(folder.name) / "graph.kgl"), folder
        except (kglite.KgError, OSError, RuntimeError, ValueError):
            folder.cleanup()
            if not tries_left:
                raise
    raise StoreError(f"{path}: it is being written so busily that it cannot be read; try again")


def _replay_copy(path: Path, twin: Path) -> Any:
    # The log first: a checkpoint between the two copies is then newer than the log, never older.
    log = log_path(path)
    before = log.stat()
    size = shutil.copyfile(log, log_path(twin)).stat().st_size
    after = log.stat()
    if before.st_ino != after.st_ino or after.st_size < size:
        raise OSError("the log was cut while it was copied")
    with suppress(FileNotFoundError):
        shutil.copyfile(path, twin)
    return _replay(twin, path, lock=False, durable="normal", auto_checkpoint_wal_mib=0)


def _replay(path: Path, named: Path, **options: Any) -> Any:
    """Open a file with its log, without what kglite prints about a log's last, unfinished entry."""
    import kglite

    set_aside = set(path.parent.glob(f"{path.name}-wal.quarantine-*"))
    with _silence():
        graph = kglite.open(str(path), **options)
    if set(path.parent.glob(f"{path.name}-wal.quarantine-*")) - set_aside:
        logging.getLogger(__name__).warning(
            "%s: the log beside it is damaged; what was written last may be missing. Check the disk.", named
        )
    return graph


def _identity(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced or written."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _silence() -> Iterator[None]:
    """Drop what the library writes to standard error by itself."""
    try:
        kept = os.dup(2)
    except OSError:  # closed
        yield
        return
    if sys.stderr:
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
