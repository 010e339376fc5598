"""Bytes to lines of text: files, pipes and streams, gzip, encodings, every kind of line end."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kg.sources.report import Problem, SourceError

Source = str | Path | BinaryIO

CHUNK = 1 << 16  # bytes
MAX_LINE = 1 << 26  # characters; no paper is that long, and memory must not grow with the file
_PIECE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_MARKS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KINDS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"\x1f\x8b": "compressed with gzip twice",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; ``fault`` says why its text cannot be trusted."""

    number: int
    text: str
    fault: str | None = None


class Lines:
    """The lines of one source, read as they come; a look at the head does not use them up."""

    def __init__(self, name: str, texts: Iterator[str], position: int | None) -> None:
        """Take decoded pieces of text.

        Args:
            name: what errors call the source.
            texts: its text, never cut between a carriage return and a line feed.
            position: bytes before the first character; None where bytes cannot be counted from characters.
        """
        self.name = name
        self.head = ""
        self._texts = texts
        self._position = position
        self.broken: SourceError | None = None

    def more(self) -> bool:
        """Read on for the head; False where the source ends."""
        text = self._next()
        self.head += text or ""
        return text is not None

    def _next(self) -> str | None:
        if self.broken is None:
            try:
                return next(self._texts, None)
            except SourceError as error:  # raised when the lines before it are through
                self.broken = error
        return None

    def __iter__(self) -> Iterator[Line]:
        number, size, fault = 1, 0, None
        parts: list[str] = []
        text: str | None = self.head
        self.head = ""
        while text is not None:
            for piece in _PIECE.findall(text):
                fault = fault or self._fault(piece)
                size += len(piece)
                if size > MAX_LINE:
                    parts, fault = [], f"the line is longer than {MAX_LINE:,} characters"
                else:
                    parts.append(piece)
                if piece[-1] in "\r\n":
                    yield Line(number, "".join(parts).rstrip("\r\n"), fault)
                    number, size, fault = number + 1, 0, None
                    parts = []
            text = self._next()
        if self.broken is not None:
            raise self.broken
        if size:
            yield Line(number, "".join(parts), fault)

    def _fault(self, piece: str) -> str | None:
        if self._position is None:
            return None
        start = self._position
        if piece.isascii():
            self._position += len(piece)
            return None
        self._position += len(piece.encode("utf-8", "surrogateescape"))
        bad = _NOT_UTF8.search(piece)
        if bad is None:
            return None
        start += len(piece[: bad.start()].encode("utf-8", "surrogateescape"))
        return _wrong_byte(start, ord(bad[0]) - 0xDC00, "UTF-8") + "; name the encoding: --encoding cp1252"


def _wrong_byte(position: int, byte: int, encoding: str) -> str:
    return f"byte {position} (0x{byte:02x}) is not {encoding}"


def source_name(source: Source) -> str:
    """What errors call a source: its path, or "standard input"."""
    if isinstance(source, str | Path):
        name: object = "standard input" if str(source) == "-" else source
    else:
        name = getattr(source, "name", None)
        name = name if isinstance(name, str) else "stream"
    return str(name).encode("utf-8", "replace").decode()


def check_source(source: Source) -> None:
    """See that a path is there and is no folder.

    Raises:
        SourceError: it is not.
    """
    if not isinstance(source, str | Path) or str(source) == "-":
        return
    reason = None
    try:
        if Path(source).is_dir():
            reason = "is a folder; name the files in it"
        else:
            os.stat(source)
    except FileNotFoundError:
        reason = "no such file"
    except (OSError, ValueError) as error:
        reason = _reason(error)
    if reason:
        raise SourceError(Problem(source_name(source), None, reason))


def check_encoding(encoding: str | None) -> None:
    """See that Python knows the encoding.

    Raises:
        SourceError: it does not.
    """
    try:
        b"a".decode(encoding or "utf-8")
    except (LookupError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):  # half a character of UTF-16
            reason = "no encoding of that name; try utf-8, utf-16, cp1252 or latin-1"
            raise SourceError(Problem(f"--encoding {encoding}", None, reason)) from None


@contextmanager
def open_lines(source: Source, encoding: str | None = None) -> Iterator[Lines]:
    """Open a source as lines.

    Args:
        source: a path, ``-`` for standard input, or a stream of bytes (which stays open). Gzip is seen by its
            first bytes, whatever the name.
        encoding: of a source without a byte order mark; UTF-8 if None.

    Raises:
        SourceError: it cannot be opened, is empty, or holds no text.
    """
    name = source_name(source)
    try:
        if isinstance(source, str | Path) and str(source) != "-":
            with open(source, "rb") as stream:
                yield _lines(name, stream, encoding)
        else:
            if isinstance(source, str | Path):
                if sys.stdin is None:
                    raise SourceError(Problem(name, None, "is closed"))
                source = sys.stdin.buffer
            yield _lines(name, source, encoding)
    except OSError as error:
        raise SourceError(Problem(name, None, _reason(error))) from None


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot be read: {text}"


def _lines(name: str, stream: BinaryIO, encoding: str | None) -> Lines:
    if isinstance(stream, io.TextIOBase):
        raise TypeError(f"{name}: a stream of text; open it in binary mode")
    first, read = _begin(getattr(stream, "read1", stream.read))
    if first.startswith(b"\x1f\x8b"):
        unpack = gzip.GzipFile(fileobj=_Rest(first, read))  # type: ignore[call-overload]
        first, read = _begin(_named(name, unpack.read1))
    if not first:
        raise SourceError(Problem(name, None, "is empty"))
    for start, kind in _KINDS.items():
        if first.startswith(start):
            raise SourceError(Problem(name, None, f"is {kind}; give its text"))
    mark, codec = next(((m, c) for m, c in _MARKS if first.startswith(m)), (b"", encoding or "utf-8"))
    if not mark:
        _check_text(name, first, codec)
    utf8 = codecs.lookup(codec).name in ("utf-8", "utf-8-sig")
    texts = _decoded(name, first[len(mark) :], read, "utf-8" if utf8 else codec, utf8, len(mark))
    return Lines(name, texts, len(mark) if utf8 else None)


class _Rest:
    """A stream whose first bytes were already read."""

    def __init__(self, first: bytes, read: Callable[[int], bytes]) -> None:
        self._first = first
        self._read = read

    def read(self, size: int) -> bytes:
        if self._first:
            out, self._first = self._first[:size], self._first[size:]
            return out
        return self._read(size)


def _begin(read: Callable[[int], bytes]) -> tuple[bytes, Callable[[int], bytes]]:
    """The first bytes, enough to know what it is, without waiting for more than there is."""
    first = read(CHUNK)
    while first and len(first) < 16 and b"\n" not in first:
        more = read(CHUNK)
        if not more:
            break
        first += more
    return first, read


def _named(name: str, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Reads of a gzip stream, whose errors come under the source's name."""

    def checked(size: int) -> bytes:
        try:
            return read(size)
        except EOFError:
            reason = "the gzip data breaks off; what stood before the break was read"
        except (gzip.BadGzipFile, zlib.error) as error:
            reason = f"the gzip data is broken ({error}); what stood before the break was read"
        raise SourceError(Problem(name, None, reason))

    return checked


def _check_text(name: str, first: bytes, codec: str) -> None:
    if codecs.lookup(codec).name.startswith(("utf-16", "utf-32")):
        return
    sample = first[:8192]
    if b"\0" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if max(even, odd) > len(sample) // 5 and min(even, odd) == 0:
            guess = "utf-16-le" if odd else "utf-16-be"
            reason = f"looks like UTF-16 without a byte order mark; try --encoding {guess}"
            raise SourceError(Problem(name, None, reason))
    if sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b" for byte in sample) * 20 > len(sample):
        raise SourceError(Problem(name, None, "is a binary file, not text"))


def _decoded(
    name: str, first: bytes, read: Callable[[int], bytes], codec: str, utf8: bool, position: int
) -> Iterator[str]:
    # In UTF-8 a wrong byte spoils one record; in what was named by hand it means that the name is wrong.
    make = codecs.getincrementaldecoder(codec)
    decoder = io.IncrementalNewlineDecoder(make("surrogateescape" if utf8 else "strict"), translate=False)
    data = first
    while True:
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            place = position - (len(error.object) - len(data)) + error.start
            reason = _wrong_byte(place, error.object[error.start], codec) + "; name another with --encoding"
            raise SourceError(Problem(name, None, reason)) from None
        except UnicodeError as error:
            raise SourceError(Problem(name, None, f"is not {codec}: {error}")) from None
        if text:
            yield text
        if not data:
            return
        position += len(data)
        data = read(CHUNK)
