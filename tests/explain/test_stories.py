"""Stories of the golden cases' assets and devices: what the plan says is what the story says, and why."""

from functools import cache
from pathlib import Path

import pytest
from case_files import CASES, case_folders, environment_of, plan_of, read_yaml, recording_of

from reconciler.errors import UsageError
from reconciler.explain.build import explain
from reconciler.explain.story import Fact, Story
from reconciler.model.plan import Plan
from reconciler.model.state import Recording
from reconciler.report.text.explain import story_text
from reconciler.report.text.plan import plain
from reconciler.settings.environment import Environment

STORIES = Path(__file__).parent / "stories"


@cache
def case(folder: Path) -> tuple[Environment, Recording, Plan]:
    """Return a case's settings, recording and plan."""
    return plan_of(folder)


def story(folder: Path, what: str) -> Story:
    """Return the story of something in a case."""
    environment, recording, _ = case(folder)
    as_if = read_yaml(folder / "before.yaml").get("options", {}).get("asIfEnabled", False)
    return explain(environment, recording, what, as_if_enabled=as_if)


def words(told: Story) -> str:
    """Return everything that a story says, each line as it was given."""
    facts = [fact for section in told.sections for fact in section.facts]
    return "\n".join(text for fact in facts for text in _texts(fact))


def _texts(fact: Fact) -> tuple[str, ...]:
    return fact.name, fact.words, fact.why, *fact.details, *(name for names in fact.listed for name in names)


def told_of(plan: Plan, recording: Recording) -> dict[str, list[str]]:
    """Return what a plan says, by the tag or device that has to be asked for."""
    stored = {asset.tag for asset in recording.state.assets}
    told: dict[str, list[str]] = {}
    for change in plan.changes:
        if change.subject == "asset":
            what = change.name if change.name in stored else str(change.device_id)
            told.setdefault(what, []).extend(each.reason for each in change.attributes)
    for part, text in ((plan.problems, "message"), (plan.withheld, "reason"), (plan.left_alone, "reason")):
        for each in part:
            if each.device_id is not None:
                told.setdefault(each.device_id, []).append(getattr(each, text))
    return told


@pytest.mark.quick
@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_a_story_gives_every_reason_that_the_plan_gives(folder: Path) -> None:
    """Of each asset and device that a plan changes, withholds, leaves alone or has a problem with."""
    _, recording, plan = case(folder)
    for what, reasons in told_of(plan, recording).items():
        text = words(story(folder, what))
        assert [reason for reason in reasons if reason not in text] == [], what


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_every_asset_and_device_has_a_story_of_eighty_columns(folder: Path) -> None:
    """Whatever became of it: matched, new, excluded, superseded, gone or never read."""
    _, recording, _ = case(folder)
    tags = [asset.tag for asset in recording.state.assets]
    devices = [device.id for snapshot in recording.snapshots for device in snapshot.devices]
    for what in [each for each in (*tags, *devices) if not each.lower().startswith("fleet")]:
        lines = story_text(story(folder, what))
        assert max(line.cell_len for line in lines) <= 80


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("types-by-rules", "d-2"),
        ("two-assets-one-serial", "d-1"),
        ("device-gone", "AST-1"),
        ("pinned-field", "AST-1"),
        ("earlier-enrolment-is-superseded", "d-0"),
        ("superseded-device-no-longer-listed", "AST-1"),
        ("excluded-device-is-left", "AST-1"),
        ("user-reassigned", "AST-1"),
    ],
)
def test_a_story_reads_as_its_file_says(name: str, what: str) -> None:
    """Each a whole page as a person gets it."""
    expected = (STORIES / f"{name}.txt").read_text(encoding="utf-8")
    assert plain(story_text(story(CASES / name, what))) == expected


def test_each_transform_is_told_with_what_it_makes() -> None:
    """The value that comes in, and after each step."""
    environment = environment_of(
        {"intune": {"field-mappings": {"mappings": [
            {"from": "serialNumber", "to": "serialNumber"},
            {"from": ["managedDeviceName", "deviceName"], "to": "name",
             "transform": ["trim", "upper", {"prefix": "X-"}, {"truncate": 4}]},
        ]}}}
    )  # fmt: skip
    recording = recording_of({"devices": [{"id": "d-1", "deviceName": " lt-1 ", "serialNumber": "5CG1"}]}, environment)
    [section] = [each for each in explain(environment, recording, "d-1").sections if each.title == "fields"]
    assert section.facts[1].details == (
        "managedDeviceName is empty",
        "deviceName is “ lt-1 ”",
        "trim makes it “lt-1”",
        "upper makes it “LT-1”",
        "prefix makes it “X-LT-1”",
        "truncate makes it “X-LT”",
    )
    assert section.facts[1].words == "empty → “X-LT”"


def test_an_asset_that_no_device_matched_is_told_who_might_have() -> None:
    """A device with its value that a rule kept from it is named with the reason."""
    text = words(story(CASES / "two-assets-one-serial", "OLD-1"))
    assert "device d-1 (LT-1)" in text
    assert "2 assets have its serialNumber (OLD-1, OLD-2); correct all but one (M4)" in text


def test_what_nobody_is_called_gets_a_did_you_mean() -> None:
    """Near tags, serial numbers and names are looked at."""
    with pytest.raises(UsageError, match=r"There is no asset or device .* 'AST-11'\. Did you mean AST-1\?"):
        story(CASES / "device-gone", "AST-11")


def test_what_several_are_called_lists_them() -> None:
    """Two assets of one serial number are told apart by their tags."""
    with pytest.raises(UsageError, match=r"2 are called '5cg0000001': OLD-1 .*, OLD-2 .*\. Name one by its tag\."):
        story(CASES / "two-assets-one-serial", "5cg0000001")


def test_a_serial_number_and_a_name_find_the_asset_too() -> None:
    """Case and spaces aside."""
    titles = {story(CASES / "device-gone", what).title for what in ("AST-1", "ast-1", "d-1", " 5cg 0000001", "lt-1")}
    assert titles == {"asset AST-1"}
