"""Lines of JSON in sections, counted, hashed and sealed by a last line; none is held twice when read."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import msgspec
from msgspec import Struct

from reconciler import __version__
from reconciler.columnar import Layout, Packed, Packing
from reconciler.errors import RecordingError

RECORDING_FORMAT: Final = 1

_FORMAT_NAME: Final = "reconciler-recording"
_BATCH: Final = 1_000
_HEADER_BYTES: Final = 4_096
_RECORD_AGAIN: Final = "Copy it again from where it was made, or record again with `reconciler record ENV -o FILE`."

_Row = TypeVar("_Row")
_ENCODER = msgspec.json.Encoder(order="deterministic")


class _Header(Struct, rename="camel"):
    format: str
    format_version: int
    tool_version: str


class _Section(Struct):
    section: str
    rows: int


class _Trailer(Struct):
    lines: int
    sha256: str


class LineWriter:
    """Lines into a stream, counted and hashed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._lines = 0

    def header(self) -> None:
        """Write the first line."""
        self._line(_Header(_FORMAT_NAME, RECORDING_FORMAT, __version__))

    def section(self, name: str, rows: Sequence[object]) -> None:
        """Write a section: its name and number of rows, then the rows."""
        self._line(_Section(name, len(rows)))
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            self._put(_ENCODER.encode_lines(batch), len(batch))

    def trailer(self) -> None:
        """Write the last line."""
        self._stream.write(_ENCODER.encode(_Trailer(self._lines, self._hash.hexdigest())) + b"\n")

    def _line(self, value: object) -> None:
        self._put(_ENCODER.encode(value) + b"\n", 1)

    def _put(self, data: bytes, lines: int) -> None:
        self._stream.write(data)
        self._hash.update(data)
        self._lines += lines


class LineReader:
    """Lines out of a stream, counted and hashed; each row is decoded as it passes, so that none is held twice."""

    def __init__(self, path: Path, stream: BufferedReader) -> None:
        self.path = path
        self._stream = stream
        self._hash = hashlib.sha256()
        self._lines = 0

    def header(self) -> None:
        """Raise RecordingError unless the first line is the one of this format version."""
        try:
            line = self._stream.readline(_HEADER_BYTES)
        except (gzip.BadGzipFile, zlib.error):
            line = b""
        try:
            header = msgspec.json.decode(line, type=_Header)
        except (msgspec.DecodeError, UnicodeDecodeError):
            header = None
        if header is None or header.format != _FORMAT_NAME:
            raise RecordingError(
                f"{self.path} is not a recording: its first line is not a recording's. Name a file that "
                f"`reconciler record ENV -o FILE` wrote."
            )
        if header.format_version != RECORDING_FORMAT:
            raise RecordingError(
                f"The recording {self.path} has format version {header.format_version} (written by reconciler "
                f"{header.tool_version}); this is reconciler {__version__}, which reads version {RECORDING_FORMAT}. "
                f"Use the version that wrote it, or record again with this one."
            )
        self._took(line, 1)

    def section(self, name: str, row: type[_Row]) -> tuple[_Row, ...]:
        """Return the rows of the next section, which must have that name."""
        return tuple(chain.from_iterable(self._batches(name, row)))

    def packed(self, name: str, row: type[_Row], layout: Layout[_Row]) -> Packed[_Row]:
        """Return the rows of the next section packed."""
        packing = Packing(layout)
        for batch in self._batches(name, row):
            try:
                packing.add(layout.split(batch), len(batch))
            except ValueError:
                raise damaged(
                    self.path, f"a row before line {self._lines + 1} has too few values or too many"
                ) from None
        return packing.packed()

    def _batches(self, name: str, row: type[_Row]) -> Iterator[list[_Row]]:
        """Yield a section's rows in batches. Raises RecordingError when it is damaged, or the file is cut short."""
        line = self._next()
        head = self._decode(msgspec.json.Decoder(_Section), line)
        if len(head) != 1 or head[0].section != name:
            raise damaged(self.path, f"line {self._lines + 1} does not begin the section {name}")
        self._took(line, 1)
        decoder = msgspec.json.Decoder(row)
        left = head[0].rows
        while left > 0:
            batch = b"".join(islice(self._stream, min(_BATCH, left)))
            decoded = self._decode(decoder, batch)
            if not decoded:
                raise cut_short(self.path)
            self._took(batch, len(decoded))
            left -= len(decoded)
            yield decoded

    def one(self, name: str, row: type[_Row]) -> _Row:
        """Return the only row of the next section."""
        rows = self.section(name, row)
        if len(rows) != 1:
            raise damaged(self.path, f"its section {name} has {len(rows)} rows")
        return rows[0]

    def trailer(self) -> None:
        """Raise RecordingError unless the last line is here and fits everything before it."""
        trailer = self._decode(msgspec.json.Decoder(_Trailer), self._next())
        if self._stream.read(1):
            raise damaged(self.path, "there is something after its last line")
        if trailer != [_Trailer(self._lines, self._hash.hexdigest())]:
            raise damaged(self.path, "its SHA-256 is not the one in its last line")

    def _next(self) -> bytes:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise cut_short(self.path)
        return line

    def _decode(self, decoder: msgspec.json.Decoder[_Row], lines: bytes) -> list[_Row]:
        if lines and not lines.endswith(b"\n"):
            raise cut_short(self.path)
        try:
            return decoder.decode_lines(lines)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"it holds something else than a recording after line {self._lines} ({error})"
            raise damaged(self.path, what) from error

    def _took(self, data: bytes, lines: int) -> None:
        self._hash.update(data)
        self._lines += lines


def cut_short(path: Path) -> RecordingError:
    """Return the error for a recording whose end is not there."""
    return RecordingError(f"The recording {path} is cut short: it ends before its last line. {_RECORD_AGAIN}")


def damaged(path: Path, how: str) -> RecordingError:
    """Return the error for a recording of which something is not as it was written."""
    return RecordingError(f"The recording {path} is damaged: {how}. {_RECORD_AGAIN}")
