"""A recording survives its file, and a file that is not whole is refused."""

import gzip
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.errors import RecordingError
from reconciler.model.snapshot import UNKNOWN, Organisation, Snapshot, Software, record_type
from reconciler.model.state import (
    Application,
    AppliedSettings,
    Asset,
    Binding,
    LastRead,
    Life,
    Person,
    Presence,
    Recording,
    Stamp,
    State,
    StoredCatalogue,
    Usage,
)
from reconciler.recordings import read_recording, write_recording
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES

NAMES = ("recording.ndjson", "recording.ndjson.gz")

_PROPERTIES = ("id", "deviceName", "isEncrypted", "totalStorageSpaceInBytes", "deviceActionResults", "enrolledDateTime")


def names_in(folder: Path) -> list[str]:
    """Return the names of what a folder holds."""
    return sorted(path.name for path in folder.iterdir())


Device = record_type("Device", tuple((name, DEVICE_PROPERTIES[name].type) for name in _PROPERTIES))
User = record_type("User", tuple((name, USER_PROPERTIES[name].type) for name in ("id", "mail", "accountEnabled")))

RECORDING = Recording(
    instance="prod",
    taken_at="2026-11-23T08:00:00Z",
    failures={"berlin": "sign-in failed"},
    state=State(
        stamp=Stamp("prod", "production", "a1"),
        revision="r1",
        fields=("name", "storageGb"),
        catalogue=StoredCatalogue(sites=("Contoso/Leeds",), types={"Laptop": "Computers"}),
        assets=(
            Asset(1, "AST-000001", "Laptop", "Contoso/Leeds", None, 7, ("LT-1", 256.5)),
            Asset(2, "AST-000002", None, None, "In Use", None, (None, None)),
        ),
        people=(Person(id=7, name="Ada", upn="ada@contoso.com"), Person(id=8, name="Bob", active=False)),
        bindings=(Binding("intune", "t1", 1, Life("d1", Presence.PRESENT, "2026-11-22T08:00:00Z")),),
        pins={1: {"name": "asked for by Ada"}},
        applications=(Application("Tool", "Contoso", "Tool Licence"), Application("Visio")),
        versions=((0, "1.0"), (1, "")),
        installed={1: (0, 1)},
        reads=(LastRead("intune", "t1", "2026-11-22T08:00:00Z", ("2026-11-22",)),),
        usage=(Usage("intune", "t1", 1, {"created": 3}),),
        applied=AppliedSettings("d0", "2026-11-22T08:01:00Z", "3f2c1d", {"intune": True}, {"a": [1, None, {"b": 2.5}]}),
        highest_tag=2,
    ),
    snapshots=(
        Snapshot(
            connection="intune",
            source="intune",
            tenant_id="t1",
            read_at="2026-11-23T08:00:00Z",
            device_properties=_PROPERTIES,
            devices=(
                Device(id="d1", deviceName="LT-1", isEncrypted=None, deviceActionResults=[{"actionName": "wipe"}]),
                Device(id="d2", totalStorageSpaceInBytes=256 * 2**30),
            ),
            unlisted=("d2",),
            absent=("d3",),
            absence_unknown={"d4": "503"},
            details_unknown={"d1": "404"},
            user_properties=("id", "mail", "accountEnabled"),
            users=(User(id="u1", mail=None, accountEnabled=True),),
            users_unknown=None,
            owners={"e1": ("u1",), "e2": ("u1", "u2")},
            owners_unknown=None,
            organisation=Organisation("t1", "Contoso"),
            organisation_unknown=None,
            software=(Software("Tool", "1.0", "Contoso"), Software('=cmd|"A1"')),
            detected={"d1": (0, 1), "d2": ()},
            software_unknown=None,
            software_partial="one row has no device",
            warnings=("fewer than last time",),
        ),
    ),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    """A recording comes back as it was."""
    write_recording(RECORDING, tmp_path / name)

    assert read_recording(tmp_path / name) == RECORDING


def test_a_property_that_was_not_recorded_is_unknown_and_one_recorded_as_null_is_empty(tmp_path: Path) -> None:
    """A property that was not recorded is unknown and one recorded as null is empty."""
    write_recording(RECORDING, tmp_path / "r")

    first, second = read_recording(tmp_path / "r").snapshots[0].devices
    assert (first.isEncrypted, second.isEncrypted) == (None, UNKNOWN)


@pytest.mark.parametrize("name", NAMES)
def test_equal_recordings_give_equal_bytes(tmp_path: Path, name: str) -> None:
    """Equal recordings give equal bytes."""
    write_recording(RECORDING, tmp_path / name)
    (tmp_path / "elsewhere").mkdir()
    write_recording(read_recording(tmp_path / name), tmp_path / "elsewhere" / name)

    assert (tmp_path / "elsewhere" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_a_gzipped_recording_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    """A gzipped recording is known by its content whatever its name."""
    write_recording(RECORDING, tmp_path / "r.gz")
    (tmp_path / "r.gz").rename(tmp_path / "r")

    assert read_recording(tmp_path / "r") == RECORDING


def test_only_the_owner_can_read_a_recording(tmp_path: Path) -> None:
    """Only the owner can read a recording."""
    write_recording(RECORDING, tmp_path / "r")

    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o600


def test_a_recording_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """A recording replaces an older one and leaves nothing beside it."""
    (tmp_path / "r").write_text("older")
    write_recording(RECORDING, tmp_path / "r")

    assert (read_recording(tmp_path / "r"), names_in(tmp_path)) == (RECORDING, ["r"])


def test_a_write_that_fails_leaves_the_older_recording_alone(tmp_path: Path) -> None:
    """A write that fails leaves the older recording alone."""
    (tmp_path / "r").write_text("older")
    unwritable = Recording(instance="prod", taken_at="\ud800", state=State())

    with pytest.raises(UnicodeEncodeError):
        write_recording(unwritable, tmp_path / "r")

    assert ((tmp_path / "r").read_text(), names_in(tmp_path)) == ("older", ["r"])


def test_a_recording_can_be_written_into_a_pipe(tmp_path: Path) -> None:
    """A recording can be written into a pipe."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_recording(RECORDING, tmp_path / "pipe")
        (tmp_path / "r").write_bytes(os.read(reader, 65_536))
    finally:
        os.close(reader)

    assert read_recording(tmp_path / "r") == RECORDING


def test_a_recording_that_cannot_be_written_says_where_and_why(tmp_path: Path) -> None:
    """A recording that cannot be written says where and why."""
    with pytest.raises(RecordingError) as error:
        write_recording(RECORDING, tmp_path / "no" / "r")

    assert str(error.value) == (
        f"The recording could not be written to {tmp_path / 'no' / 'r'}: No such file or directory. Name another file."
    )


def test_a_recording_that_is_not_there_says_what_to_name(tmp_path: Path) -> None:
    """A recording that is not there says what to name."""
    with pytest.raises(RecordingError) as error:
        read_recording(tmp_path / "r")

    assert str(error.value) == (
        f"The recording {tmp_path / 'r'} cannot be read: No such file or directory. Name a file that "
        f"`reconciler record ENV -o FILE` wrote."
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"hello\n",
        b"{}\n",
        b"[1]\n",
        b'{"formatVersion":1}\n',
        b"\x1f\x8b" + b"x" * 20,
        b"\xff" * 9,
    ],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no recording is refused."""
    (tmp_path / "r").write_bytes(content)

    with pytest.raises(RecordingError) as error:
        read_recording(tmp_path / "r")

    assert str(error.value) == (
        f"{tmp_path / 'r'} is not a recording: its first line is not a recording's. Name a file that "
        f"`reconciler record ENV -o FILE` wrote."
    )


def test_a_recording_of_another_format_version_names_both_versions(tmp_path: Path) -> None:
    """A recording of another format version names both versions."""
    (tmp_path / "r").write_text('{"format":"reconciler-recording","formatVersion":2,"toolVersion":"9.0"}\n')

    with pytest.raises(RecordingError, match=r"has format version 2 \(written by reconciler 9\.0\).*reads version 1"):
        read_recording(tmp_path / "r")


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    """A recording cut anywhere is refused."""
    write_recording(RECORDING, tmp_path / "whole.gz" if name.endswith("gz") else tmp_path / "whole")
    whole = next(tmp_path.iterdir()).read_bytes()

    for length in range(100, len(whole)):
        (tmp_path / name).write_bytes(whole[:length])
        with pytest.raises(RecordingError, match="is cut short: it ends before its last line"):
            read_recording(tmp_path / name)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_with_any_byte_changed_is_refused(tmp_path: Path, name: str) -> None:
    """A recording with any byte changed is refused; a bit that gzip has no use for changes nothing."""
    write_recording(RECORDING, tmp_path / "whole.gz" if name.endswith("gz") else tmp_path / "whole")
    whole = next(tmp_path.iterdir()).read_bytes()
    first = whole.index(b"\n") + 1 if not name.endswith("gz") else 10

    for place in range(first, len(whole)):
        (tmp_path / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            read = read_recording(tmp_path / name)
        except RecordingError:
            continue
        assert (name.endswith("gz"), read) == (True, RECORDING)


def test_a_recording_with_something_after_its_end_is_refused(tmp_path: Path) -> None:
    """A recording with something after its end is refused."""
    write_recording(RECORDING, tmp_path / "r")
    with (tmp_path / "r").open("ab") as stream:
        stream.write(b"\n")

    with pytest.raises(RecordingError, match="is damaged: there is something after its last line"):
        read_recording(tmp_path / "r")


def test_every_line_of_a_recording_is_json(tmp_path: Path) -> None:
    """Every line of a recording is json."""
    write_recording(RECORDING, tmp_path / "r.gz")

    lines = gzip.decompress((tmp_path / "r.gz").read_bytes()).decode().splitlines()
    sections = {line["section"]: line["rows"] for line in map(json.loads, lines) if "section" in line}
    assert sections == {
        "recording": 1,
        "state": 1,
        "assets": 2,
        "people": 2,
        "bindings": 1,
        "pins": 1,
        "applications": 2,
        "versions": 2,
        "installed": 1,
        "snapshots": 1,
        "devices": 2,
        "users": 1,
        "software": 2,
        "owners": 2,
        "detected": 2,
    }


_TEXT = st.text(max_size=8)
_INTEGER = st.integers(-(2**63), 2**63 - 1)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_SCALAR = st.none() | st.booleans() | _INTEGER | _FINITE | _TEXT
_DEVICES = st.builds(
    Device,
    id=_TEXT,
    deviceName=st.none() | _TEXT | st.just(UNKNOWN),
    isEncrypted=st.none() | st.booleans() | st.just(UNKNOWN),
    totalStorageSpaceInBytes=st.none() | _INTEGER | st.just(UNKNOWN),
    deviceActionResults=st.recursive(_SCALAR, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner)),
)


def _states(fields: tuple[str, ...]) -> st.SearchStrategy[State]:
    """Return states whose assets have these fields."""
    values = st.tuples(*[_SCALAR] * len(fields))
    asset = st.builds(Asset, _INTEGER, _TEXT, *[st.none() | _TEXT] * 3, st.none() | _INTEGER, values)
    return st.builds(
        State,
        fields=st.just(fields),
        assets=st.lists(asset, max_size=4).map(tuple),
        pins=st.dictionaries(_INTEGER, st.dictionaries(_TEXT, _TEXT), max_size=3),
    )


_SNAPSHOTS = st.builds(
    Snapshot,
    connection=_TEXT,
    source=_TEXT,
    tenant_id=_TEXT,
    read_at=_TEXT,
    device_properties=st.just(_PROPERTIES),
    devices=st.lists(_DEVICES, max_size=4).map(tuple),
    devices_unknown=st.none() | _TEXT,
    absent=st.lists(_TEXT).map(tuple),
    absence_unknown=st.dictionaries(_TEXT, _TEXT),
    details_unknown=st.dictionaries(_TEXT, _TEXT),
    user_properties=st.just(("id", "mail", "accountEnabled")),
    users=st.lists(st.builds(User, id=_TEXT, mail=st.none() | _TEXT), max_size=4).map(tuple),
)
_RECORDINGS = st.builds(
    Recording,
    instance=_TEXT,
    taken_at=_TEXT,
    state=st.lists(_TEXT, max_size=6).map(tuple).flatmap(_states),
    snapshots=st.lists(_SNAPSHOTS, max_size=3).map(tuple),
    failures=st.dictionaries(_TEXT, _TEXT),
)


@settings(deadline=None, max_examples=60)
@given(recording=_RECORDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_any_recording_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, recording: Recording
) -> None:
    """Any recording comes back as it was."""
    path = tmp_path_factory.mktemp("r") / name
    write_recording(recording, path)

    assert read_recording(path) == recording


def test_a_recording_whose_assets_lack_values_is_refused(tmp_path: Path) -> None:
    """Each asset has a value, which may be empty, for each of the state's fields."""
    assets = (Asset(1, "AST-000001", None, None, None, None, ()),)
    write_recording(replace(RECORDING, state=State(fields=("name",), assets=assets)), tmp_path / "r")
    with pytest.raises(RecordingError, match="has too few values or too many"):
        read_recording(tmp_path / "r")
