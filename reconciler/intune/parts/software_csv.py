"""The exported report: a zip with one CSV, bounded, and read row by row (G8).

1. The zip is on disk and holds exactly one file, which is not larger than a bound, whatever it was packed to (G11).
2. Columns are found by their names; the file begins with a byte order mark, and cells are quoted as RFC 4180 has it.
3. A row that cannot be used is left out, and then the read is not whole; any other file is an error.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import BinaryIO, Final

from reconciler.errors import GraphError
from reconciler.intune.inputs import Bounds
from reconciler.intune.parts.detections import Detections, SoftwareRead
from reconciler.intune.parts.devices import Progress

COLUMNS: Final = ("DeviceId", "ApplicationName", "ApplicationVersion", "ApplicationPublisher")

_EVERY: Final = 50_000
_LONGEST_CELL: Final = 131_072
"""Python's own bound; it is the process's, and reading an inventory raises it."""
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, csv.Error, UnicodeError)


def read_export(packed: BinaryIO, progress: Progress, bounds: Bounds) -> SoftwareRead:
    """Read the report out of its zip.

    Raises GraphError when it is not what the report must be.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            info = _only_file(archive, bounds.export_bytes)
            with archive.open(info) as file:
                text = io.TextIOWrapper(file, "utf-8-sig", newline="")
                return _read(text, progress, bounds.export_rows)
    except _DAMAGED as error:
        raise GraphError(f"The software report cannot be read: {error or type(error).__name__}.") from error


def _only_file(archive: zipfile.ZipFile, most_bytes: int) -> zipfile.ZipInfo:
    files = [info for info in archive.infolist() if not info.is_dir()]
    if len(files) != 1:
        raise GraphError(f"The software report's zip holds {len(files)} files, and it should hold one.")
    # zipfile never gives more than the size that the directory gives, so that it bounds what is read.
    if files[0].file_size > most_bytes:
        raise GraphError(
            f"The software report unpacks to {files[0].file_size / 2**20:,.0f} MiB, and at most "
            f"{most_bytes / 2**20:,.0f} MiB are read. Raise `reading.exportBytes` in connection.yaml."
        )
    return files[0]


def _read(text: Iterable[str], progress: Progress, most_rows: int) -> SoftwareRead:
    """Read the report's rows in chunks. Raises GraphError when a column is missing or there are too many rows."""
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(text, strict=True)
    header = next(rows, [])
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise GraphError(
            f"The software report lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}, which "
            f"{'were' if len(missing) > 1 else 'was'} asked for."
        )
    detections = Detections()
    unusable: list[int] = []
    for chunk in _in_chunks(_usable(rows, header, unusable)):
        _collect(detections, chunk)
        progress("software", detections.count)
        if detections.count > most_rows:
            raise GraphError(
                f"The software report has more than {most_rows:,} rows; the rest was not read. Raise "
                f"`reading.exportRows` in connection.yaml."
            )
    return detections.read(_partial(unusable))


def _usable(rows: Iterator[list[str]], header: list[str], unusable: list[int]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of `COLUMNS` of each row; `unusable` gets the numbers of the rows that have no device."""
    cells, width = itemgetter(*map(header.index, COLUMNS)), len(header)
    for number, row in enumerate(rows, 2):
        if len(row) == width:
            found = cells(row)
            if found[0] and not found[0].isspace():
                yield found
                continue
        elif not row:
            continue
        unusable.append(number)


def _in_chunks(rows: Iterator[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    while chunk := list(islice(rows, _EVERY)):
        yield chunk


def _collect(detections: Detections, rows: list[tuple[str, ...]]) -> None:
    place, on = detections.place, detections.on
    for device_id, name, version, publisher in rows:
        found = place((name, version, publisher))
        if found is not None:
            on(device_id).append(found)
    detections.count += len(rows)


def _partial(unusable: list[int]) -> str | None:
    if not unusable:
        return None
    return (
        f"{len(unusable)} rows of the software report could not be used, the first is row {unusable[0]}: they have no "
        f"device or another number of cells"
    )
