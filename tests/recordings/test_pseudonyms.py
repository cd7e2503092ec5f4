"""Recordings for sharing: nobody's name is in them, and plans of them have the shape of the original's."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from case_files import case_folders, environment_of, read_yaml, recording_of
from hypothesis import given
from hypothesis import strategies as st

from reconciler.configuration.documents import document
from reconciler.model.plan import Plan
from reconciler.model.snapshot import Snapshot, record_type
from reconciler.model.state import Asset, Person, Recording, State
from reconciler.planning.build import build_plan
from reconciler.recordings import pseudonymise
from reconciler.recordings.pseudonyms import Pseudonyms

KEY, OTHER = b"k" * 32, b"o" * 32
WORDS = st.text(st.characters(min_codepoint=48, max_codepoint=122, categories=("L", "N")), max_size=20)


def texts(value: Any) -> Iterator[str]:
    """Yield every text in plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def shape(plan: Plan) -> dict[str, Counter[Any]]:
    """Return what a plan comes to, without whom it is about."""
    return {
        "changes": Counter(
            (each.subject, each.action, each.kinds, *sorted((one.name, one.rule) for one in each.attributes))
            for each in plan.changes
        ),
        "withheld": Counter((each.what, each.rule) for each in plan.withheld),
        "problems": Counter(each.rule for each in plan.problems),
        "left alone": Counter((each.why, each.rule) for each in plan.left_alone),
        "limits": Counter((each.kind, each.planned, each.used, each.over) for each in plan.limits),
        "bindings": Counter((each.after.presence, each.rule) for each in plan.bindings),
    }


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_a_plan_of_pseudonyms_has_the_shape_of_the_original(folder: Path) -> None:
    """Every golden case: the same changes, withheld ones, problems and limits, of people with other names."""
    environment = environment_of(read_yaml(folder / "settings.yaml"))
    recording = recording_of(read_yaml(folder / "before.yaml"), environment)
    hidden = pseudonymise(recording, KEY, texts(document(environment)))
    assert shape(build_plan(environment, hidden)) == shape(build_plan(environment, recording))


DEVICE = record_type("Device", tuple((name, "text") for name in ("deviceName", "serialNumber", "userId", "model")))
USER = record_type("User", tuple((name, "text") for name in ("displayName", "mail", "department", "employeeId")))
GUID = "3f2c1d4e-1111-4222-8333-abcdef012345"
RECORDING = Recording(
    instance="prod",
    taken_at="2026-11-23T08:00:00Z",
    state=State(
        fields=("name", "serialNumber", "wifiMac", "notes", "model", "custom.label", "custom.site"),
        people=(Person(id=7, name="Zoë Quigley", upn="zoe.quigley@fabrikam.example", employee_id="E-77001"),),
        assets=(
            Asset(1, "AST-1", "Laptop", None, None, 7, (
                "QUIGLEY-PC", "5CG99 9XKCD", "00:1A:2b:3C:4d:5E", "lent by Quigley", "EliteBook", "quigley pool",
                "North",
            )),
        ),
        pins={1: {"name": "Quigley wants it so"}},
    ),
    snapshots=(
        Snapshot(
            connection="intune",
            source="intune",
            tenant_id="t",
            read_at="2026-11-23T08:00:00Z",
            device_properties=("deviceName", "serialNumber", "userId", "model"),
            devices=(DEVICE("d1", "QUIGLEY-PC", "5cg999xkcd", GUID, "EliteBook"), DEVICE("d2", None)),
            users=(USER(GUID, "Zoë Quigley", "zoe.quigley@fabrikam.example", "Sales", "E-77001"),),
            owners={"d1": (GUID,)},
        ),
    ),
)  # fmt: skip


def test_nothing_of_a_person_is_left() -> None:
    """No name, address, serial or id is in it, in whatever field and case; what plans are decided by is."""
    told = msgspec.json.encode(pseudonymise(RECORDING, KEY)).decode().lower()
    for gone in ("quigley", "zo", "fabrikam", "77001", "xkcd", "1a:2b", "3f2c1d4e", "wants"):
        assert gone not in told, gone
    for kept in ("elitebook", "sales", "north", "ast-1", "pool", '"d1"'):
        assert kept in told, kept


def test_what_was_equal_is_equal_and_what_was_not_is_not() -> None:
    """A serial however it is written, a user wherever they are named, a device and its asset."""
    hidden = pseudonymise(RECORDING, KEY)
    (snapshot,), (person,), (asset,) = hidden.snapshots, hidden.state.people, hidden.state.assets
    device, user = snapshot.devices[0], snapshot.users[0]
    assert device.deviceName == asset.values[0]
    assert device.serialNumber.upper() == asset.values[1].replace(" ", "")
    assert device.userId == user.id == snapshot.owners["d1"][0]
    assert (person.name, person.upn, person.employee_id) == (user.displayName, user.mail, user.employeeId)
    assert asset.values[5].split()[0].upper() == device.deviceName.split("-")[0]
    assert snapshot.devices[1] == RECORDING.snapshots[0].devices[1]


def test_one_key_gives_one_recording_and_another_key_another() -> None:
    """Two recordings of one tenant can be compared, by whoever has the key alone."""
    assert pseudonymise(RECORDING, KEY) == pseudonymise(RECORDING, KEY)
    assert pseudonymise(RECORDING, KEY) != pseudonymise(RECORDING, OTHER)


@pytest.mark.parametrize("placeholder", ["To be filled by O.E.M.", "System Serial Number", "0000000000", "N/A"])
def test_a_placeholder_stays(placeholder: str) -> None:
    """It never matches, and has to go on not matching (M3)."""
    assert Pseudonyms(KEY).of_code(placeholder) == placeholder


@pytest.mark.parametrize("name", ["Li Wu", "Bo", "J. Å. O'Xu", "li.wu@ab.cd"])
def test_a_short_name_is_a_name(name: str) -> None:
    """Nobody is left because their name has two letters."""
    hidden = Pseudonyms(KEY).of(name).casefold().replace("@", " ").replace(".", " ").replace("'", " ").split()
    words = name.casefold().replace("@", " ").replace(".", " ").replace("'", " ").split()
    assert [each for each, new in zip(words, hidden, strict=True) if each == new] == []


def test_words_that_settings_compare_with_stay() -> None:
    """A rule on `VMware-` or on names that begin with SRV decides as before."""
    pseudonyms = Pseudonyms(KEY, ["VMware-", "srv", "Not on label"])
    assert pseudonyms.of_code("VMware-56 4d 11 22").startswith("VMware-")
    assert pseudonyms.of_code("not on LABEL") == "not on LABEL"
    assert [pseudonyms.of("SRV-0815")[:4], pseudonyms.of("Srv0815")[:3]] == ["SRV-", "Srv"]


@given(WORDS, WORDS)
def test_two_words_never_become_one(one: str, other: str) -> None:
    """Words that differ, otherwise than in case, have pseudonyms that differ."""
    pseudonyms = Pseudonyms(KEY)
    assert (one.casefold() == other.casefold()) is (
        pseudonyms.of_code(one).casefold() == pseudonyms.of_code(other).casefold()
    )


@given(WORDS)
def test_a_pseudonym_has_the_length_and_kind_of_its_word(word: str) -> None:
    """Letters for letters, digits for digits, in the same case; so capitals may come before or after."""
    new = Pseudonyms(KEY).of(word)
    assert [(each.isalpha(), each.isdigit(), each.isupper()) for each in new] == [
        (each.isalpha(), each.isdigit(), each.isupper()) for each in word
    ]
    assert Pseudonyms(KEY).of(word.upper()) == new.upper()
