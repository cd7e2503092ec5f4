"""The software of any fleet: applied once it is what was detected, and what is not known takes nothing away."""

from typing import Any

from applying import applied
from case_files import environment_of, recording_of
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.plan import SOFTWARE, Kind, Plan, Subject
from reconciler.model.state import State
from reconciler.planning.build import build_plan, is_empty

ENVIRONMENT = environment_of({"intune": {"imports": {"software": {"import": True}}}})
NAMES = ("7-Zip", "Runtime", "Visio", "New/Tool")
VERSIONS = st.lists(st.sampled_from(("", "1.0", "2.0", "10, 0")), min_size=1, max_size=3, unique=True)
SOFTWARE_OF_ONE = st.dictionaries(st.sampled_from(NAMES), VERSIONS, max_size=len(NAMES))


@st.composite
def fleets(draw: st.DrawFn) -> dict[str, Any]:
    """Draw bound and new devices, what their assets have and what is detected on them, now and then in capitals."""
    number = draw(st.integers(1, 4))
    owners = draw(st.lists(st.sampled_from(("company", "personal", "~unknown")), min_size=number, max_size=number))
    bound = draw(st.integers(0, number))
    return {
        "assets": [
            {"tag": f"AST-{n}", "name": f"N-{n}", "serialNumber": f"S-{n}", "device": f"d-{n}"}
            | {"software": draw(SOFTWARE_OF_ONE)}
            for n in range(bound)
        ],
        "devices": [
            {"id": f"d-{n}", "deviceName": f"N-{n}", "serialNumber": f"S-{n}", "managedDeviceOwnerType": owner}
            for n, owner in enumerate(owners)
        ],
        "software": {
            f"d-{n}": {draw(st.sampled_from((name, name.upper()))): found for name, found in one.items()}
            for n, one in enumerate(draw(st.lists(SOFTWARE_OF_ONE, min_size=number, max_size=number)))
        },
    }


def rows(state: State) -> dict[str, set[tuple[str, str]]]:
    """Return each asset's software without the case of its names."""
    return {
        asset.tag: {
            (state.applications[place].name.casefold(), version)
            for place, version in (state.versions[each] for each in state.installed.get(asset.id, ()))
        }
        for asset in state.assets
    }


def removed(plan: Plan) -> list[str]:
    """Return the software that a plan takes away, whole or in one of its versions."""
    return [
        each.name
        for change in plan.changes
        if change.subject is Subject.ASSET
        for each in change.attributes
        if each.name.startswith(SOFTWARE) and not _versions(each.before) <= _versions(each.after)
    ]


def _versions(value: Any) -> set[str]:
    return set() if value is None else set(value.split("\n"))


@given(fleets())
def test_applied_it_is_what_was_detected(before: dict[str, Any]) -> None:
    """Company devices have exactly what was detected, personal ones no less than before, and nothing is left to do."""
    recording = recording_of(before, ENVIRONMENT)
    plan = build_plan(ENVIRONMENT, recording)
    after = applied(plan, recording.state)
    assert is_empty(build_plan(ENVIRONMENT, replace(recording, state=after)))
    had, has = rows(recording.state), rows(after)
    anything = any(before["software"].values())
    for device, (tag, found) in zip(before["devices"], has.items(), strict=True):
        detected = {(name.casefold(), each) for name, some in before["software"][device["id"]].items() for each in some}
        kept = had.get(tag, set())
        whole = device["managedDeviceOwnerType"] == "company" and anything
        assert found == (detected if whole else detected | kept)


@given(fleets())
def test_a_read_that_is_not_whole_removes_nothing(before: dict[str, Any]) -> None:
    """Whatever was not read, no asset loses software."""
    partial = recording_of(before | {"softwarePartial": "one row has no device"}, ENVIRONMENT)
    assert removed(build_plan(ENVIRONMENT, partial)) == []


@given(fleets())
def test_software_that_was_not_read_changes_nothing(before: dict[str, Any]) -> None:
    """Not a row, and the plan is not whole."""
    plan = build_plan(ENVIRONMENT, recording_of(before | {"softwareUnknown": "503"}, ENVIRONMENT))
    assert not [each for change in plan.changes for each in change.attributes if each.name.startswith(SOFTWARE)]
    assert plan.incomplete()


@given(fleets())
def test_no_limit_counts_software(before: dict[str, Any]) -> None:
    """A change of software alone has no kind, however many assets have one."""
    plan = build_plan(ENVIRONMENT, recording_of(before, ENVIRONMENT))
    assert {kind for change in plan.changes for kind in change.kinds} <= {Kind.CREATED}
