"""A Recording to and from one file: lines of JSON, gzipped when the name says so, sealed by a last line.

1. The first line names the format, its version and the tool's.
2. Sections follow in a fixed order; a section is a line with its name and its number of rows, then a line for each.
   Devices and users hold the properties that were recorded: a key that is not there is unknown.
3. The last line holds the number of lines and the SHA-256 of everything before it.
4. Equal recordings give equal bytes.
"""

import gzip
import zlib
from collections.abc import Iterable
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import msgspec

from reconciler.columnar import Packed, layout_of
from reconciler.errors import RecordingError
from reconciler.model.layouts import BINDINGS, PEOPLE, asset_layout
from reconciler.model.snapshot import Snapshot, Software, record_type
from reconciler.model.state import Application, Asset, Binding, Person, Recording, State
from reconciler.recordings.lines import LineReader, LineWriter, cut_short, damaged
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES, Property, PropertyType
from reconciler.whole_file import whole_file

_MAGIC: Final = b"\x1f\x8b"
_COMPRESSION: Final = 3
_STRUCTS: Final = {"devices": "Device", "users": "User"}
_NO_SOFTWARE: Final[dict[str, Any]] = {"applications": (), "versions": (), "installed": {}}
"""A state's parts about software, emptied: they are sections of their own."""


def write_recording(recording: Recording, path: Path) -> None:
    """Write a recording, whole or not at all, readable by its owner only: it holds personal data.

    Raises RecordingError when the file cannot be written.
    """
    try:
        with whole_file(path) as stream:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", _COMPRESSION, stream, mtime=0) as packed:
                    _write(recording, cast("BinaryIO", packed))
            else:
                _write(recording, stream)
    except OSError as error:
        raise RecordingError(
            f"The recording could not be written to {path}: {error.strerror or error}. Name another file."
        ) from error


def read_recording(path: Path) -> Recording:
    """Return the recording that a file holds.

    Raises RecordingError when the file cannot be read, is no recording, is of another format version, was cut short
    or is damaged.
    """
    try:
        with path.open("rb") as stream:
            if not stream.peek(len(_MAGIC)).startswith(_MAGIC):
                return _read(LineReader(path, stream))
            with gzip.GzipFile(fileobj=stream, mode="rb") as unpacked:
                return _read(LineReader(path, BufferedReader(unpacked)))
    except EOFError as error:
        raise cut_short(path) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, f"it cannot be unpacked ({error})") from error
    except OSError as error:
        raise RecordingError(
            f"The recording {path} cannot be read: {error.strerror or error}. Name a file that "
            f"`reconciler record ENV -o FILE` wrote."
        ) from error


def _write(recording: Recording, stream: BinaryIO) -> None:
    """Write a recording section by section, large parts a line for each record."""
    replace = msgspec.structs.replace
    state = recording.state
    writer = LineWriter(stream)
    writer.header()
    writer.section("recording", [replace(recording, state=State(), snapshots=())])
    plain = State(**{name: getattr(state, name) for name in State.__struct_fields__})  # without a remote's own ids
    writer.section("state", [replace(plain, assets=(), people=(), bindings=(), pins={}, **_NO_SOFTWARE)])
    writer.section("assets", state.assets)
    writer.section("people", state.people)
    writer.section("bindings", state.bindings)
    writer.section("pins", sorted(state.pins.items()))
    writer.section("applications", state.applications)
    writer.section("versions", state.versions)
    writer.section("installed", sorted(state.installed.items()))
    writer.section(
        "snapshots",
        [replace(each, devices=(), users=(), owners={}, software=(), detected={}) for each in recording.snapshots],
    )
    for snapshot in recording.snapshots:
        writer.section("devices", snapshot.devices)
        writer.section("users", snapshot.users)
        writer.section("owners", sorted(snapshot.owners.items()))
        writer.section("software", snapshot.software)
        writer.section("detected", sorted(snapshot.detected.items()))
    writer.trailer()


def _read(reader: LineReader) -> Recording:
    """Read what `_write` wrote, large parts packed as they come. Raises RecordingError."""
    replace = msgspec.structs.replace
    reader.header()
    recording = reader.one("recording", Recording)
    state = reader.one("state", State)
    state = replace(
        state,
        assets=reader.packed("assets", Asset, asset_layout(state.fields)),
        people=reader.packed("people", Person, PEOPLE),
        bindings=reader.packed("bindings", Binding, BINDINGS),
        pins=dict(reader.section("pins", tuple[int, dict[str, str]])),
        applications=reader.section("applications", Application),
        versions=reader.section("versions", tuple[int, str]),
        installed=dict(reader.section("installed", tuple[int, tuple[int, ...]])),
    )
    snapshots = tuple(
        replace(
            snapshot,
            devices=_records(reader, "devices", snapshot.device_properties, DEVICE_PROPERTIES),
            users=_records(reader, "users", snapshot.user_properties, USER_PROPERTIES),
            owners=dict(reader.section("owners", tuple[str, tuple[str, ...]])),
            software=reader.section("software", Software),
            detected=dict(reader.section("detected", tuple[str, tuple[int, ...]])),
        )
        for snapshot in reader.section("snapshots", Snapshot)
    )
    reader.trailer()
    return replace(recording, state=state, snapshots=snapshots)


def _records(reader: LineReader, name: str, recorded: Iterable[str], known: dict[str, Property]) -> Packed[Any]:
    """Return recorded devices or users; a property that this version does not know may hold anything."""
    types = tuple((key, known[key].type if key in known else PropertyType.COMPLEX) for key in recorded)
    try:
        kind = record_type(_STRUCTS[name], types)
    except (TypeError, ValueError) as error:
        raise damaged(reader.path, f"its {name} have a property that cannot be one ({error})") from error
    return reader.packed(name, kind, layout_of(kind))
