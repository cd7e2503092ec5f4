"""A saved plan comes back as it was reviewed, or not at all (P2)."""

import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import PlanFileError, ReconcilerError
from reconciler.model.plan import Action, Attribute, Change, Kind, Plan, Subject
from reconciler.plan_files import read_plan, write_plan
from reconciler.planning.digest import encode, with_digest

PLAN = with_digest(
    Plan(
        tool_version="0.1.0",
        instance="prod",
        settings_digest="d1",
        settings_commit="3f2c1d",
        store_id="s1",
        store_revision="r1",
        made_at="2026-11-23T08:00:00Z",
        changes=(
            Change(
                subject=Subject.ASSET,
                action=Action.UPDATE,
                name="AST-000012",
                label="LT-4711",
                attributes=(Attribute.of("storageGb", 256, 512.0, "totalStorageSpaceInBytes", "F1"),),
                kinds=(Kind.UPDATED,),
            ),
        ),
    )
)


def test_round_trip(tmp_path: Path) -> None:
    """A written plan is read as it was."""
    write_plan(PLAN, tmp_path / "plan.json")

    assert read_plan(tmp_path / "plan.json") == PLAN


def test_bytes(tmp_path: Path) -> None:
    """The file holds the plan's canonical bytes, so that what was printed and what was saved are one document."""
    write_plan(PLAN, tmp_path / "plan.json")

    assert (tmp_path / "plan.json").read_bytes() == encode(PLAN)


def test_one_line() -> None:
    """The canonical bytes are one line."""
    assert encode(PLAN).count(b"\n") == 1


def test_sealing_again() -> None:
    """Sealing a sealed plan changes nothing."""
    assert with_digest(PLAN) == PLAN


def test_mode(tmp_path: Path) -> None:
    """Only the owner can read a saved plan."""
    write_plan(PLAN, tmp_path / "plan.json")

    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600


def test_unwritable(tmp_path: Path) -> None:
    """A plan that cannot be written is an error of the file, not of the plan."""
    with pytest.raises(ReconcilerError) as error:
        write_plan(PLAN, tmp_path / "no" / "plan.json")

    assert type(error.value) is ReconcilerError
    assert str(error.value) == (
        f"The plan could not be written to {tmp_path / 'no' / 'plan.json'}: No such file or directory. Nothing was "
        f"changed; name another file."
    )


def test_missing(tmp_path: Path) -> None:
    """A plan that is not there says what to name."""
    with pytest.raises(PlanFileError) as error:
        read_plan(tmp_path / "plan.json")

    assert str(error.value) == (
        f"The plan {tmp_path / 'plan.json'} cannot be read: No such file or directory. Name a file that "
        f"`reconciler plan ENV -o FILE` wrote."
    )


def test_changed_byte(tmp_path: Path) -> None:
    """A plan with any byte changed is refused."""
    whole = encode(PLAN)
    for place in range(len(whole)):
        (tmp_path / "plan.json").write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])

        with pytest.raises(PlanFileError):
            read_plan(tmp_path / "plan.json")


def test_cut_short(tmp_path: Path) -> None:
    """A plan cut anywhere is refused as cut short."""
    whole = encode(PLAN)
    for length in range(20, len(whole)):
        (tmp_path / "plan.json").write_bytes(whole[:length])

        with pytest.raises(PlanFileError, match=f"is cut short: it ends after {length} bytes"):
            read_plan(tmp_path / "plan.json")


def test_changed_value(tmp_path: Path) -> None:
    """A plan whose content was edited is refused by its digest."""
    (tmp_path / "plan.json").write_bytes(encode(PLAN).replace(b"LT-4711", b"LT-4712"))

    with pytest.raises(PlanFileError) as error:
        read_plan(tmp_path / "plan.json")

    assert str(error.value) == (
        f"The plan {tmp_path / 'plan.json'} is not as it was saved: its digest is not the one of its content. A plan "
        f"is applied exactly as it was reviewed, so it is refused. Make it again with `reconciler plan ENV -o FILE`."
    )


@pytest.mark.parametrize(
    ("written", "edited"),
    [(b'{"formatVersion"', b'{"extra":1,"formatVersion"'), (b'"formatVersion":2', b'"formatVersion": 2')],
)
def test_changed_layout(tmp_path: Path, written: bytes, edited: bytes) -> None:
    """An unknown key or another layout is refused, though the content is the same."""
    (tmp_path / "plan.json").write_bytes(encode(PLAN).replace(written, edited))

    with pytest.raises(PlanFileError, match="its layout is not the one that was saved"):
        read_plan(tmp_path / "plan.json")


def test_wrong_type(tmp_path: Path) -> None:
    """A plan with a value of another type is refused and says where."""
    (tmp_path / "plan.json").write_bytes(encode(PLAN).replace(b'"asset"', b'"house"'))

    with pytest.raises(PlanFileError, match=r"Invalid enum value 'house' - at `\$\.changes\[0\]\.subject`"):
        read_plan(tmp_path / "plan.json")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b'{"format":"reconciler-recording","formatVersion":1}\n{}\n', "it looks like a recording"),
        (b"\x1f\x8b\x08", "it looks like a recording"),
        (b"hello", "as a plan: JSON is malformed"),
        (b"\xff\xfe", "as a plan: "),
        (b"[]", "as a plan: Expected `object`, got `array`"),
    ],
)
def test_no_plan(tmp_path: Path, content: bytes, why: str) -> None:
    """A file that is no plan is refused, and says what it looks like."""
    (tmp_path / "plan.json").write_bytes(content)

    with pytest.raises(PlanFileError, match=f"is not a saved plan \\({why}"):
        read_plan(tmp_path / "plan.json")


def test_other_version(tmp_path: Path) -> None:
    """A plan of another format version names both versions and what to do."""
    newer = with_digest(msgspec.structs.replace(PLAN, format_version=3, tool_version="9.0.0"))
    write_plan(newer, tmp_path / "plan.json")

    with pytest.raises(PlanFileError, match=r"has format version 3 \(written by reconciler 9\.0\.0\).*reads version 2"):
        read_plan(tmp_path / "plan.json")


def test_version_1(tmp_path: Path) -> None:
    """A plan of version 1, whose attributes had their reasons with them, is refused with its version's words."""
    attribute = b'{"name":"site","before":null,"after":"Leeds","reason":"the user\'s site","rule":"S1"}'
    (tmp_path / "plan.json").write_bytes(
        b'{"formatVersion":1,"toolVersion":"0.1.0","instance":"prod","changes":[{"attributes":[%b]}],"digest":""}\n'
        % attribute
    )

    with pytest.raises(PlanFileError, match=r"has format version 1 \(written by reconciler 0\.1\.0\).*reads version 2"):
        read_plan(tmp_path / "plan.json")


_TEXT = st.text(max_size=8)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_SCALAR = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | _FINITE | _TEXT
_CHANGES = st.builds(
    Change,
    subject=st.sampled_from(Subject),
    action=st.sampled_from(Action),
    name=_TEXT,
    label=_TEXT,
    attributes=st.lists(st.builds(Attribute.of, _TEXT, _SCALAR, _SCALAR, _TEXT, _TEXT), max_size=3).map(tuple),
    kinds=st.lists(st.sampled_from(Kind), max_size=3).map(tuple),
    connection=st.none() | _TEXT,
    match=st.dictionaries(_TEXT, _TEXT),
)


@settings(deadline=None, max_examples=100)
@given(changes=st.lists(_CHANGES, max_size=4))
def test_any_plan(tmp_path_factory: pytest.TempPathFactory, changes: list[Change]) -> None:
    """Any plan comes back as it was."""
    plan = with_digest(msgspec.structs.replace(PLAN, changes=tuple(changes)))
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    write_plan(plan, path)

    assert read_plan(path) == plan
