"""The table *Presence*, cell by cell: what each sighting makes of each binding and of its asset's status."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from reconciler.model.plan import Kind
from reconciler.model.state import Life, Presence
from reconciler.planning.matching.presence import Read, Sighting, Transition, created_life, first_life, step
from reconciler.settings.imports import Clock, ImportsFile, Inactive, Statuses

NOW = "2026-11-23T08:00:00Z"
READ = Read(NOW, newer=True, whole=True, whole_days=("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"))
STATUSES = Statuses(new="New", deleted_in_intune="Retired", recovered="Recovered", never_replace=["Stolen"])
STALE = Inactive(after_days=30, measured_by=Clock.DEVICE_CHECK_IN, status="Inactive")
BY_IMPORT = Inactive(after_days=2, measured_by=Clock.LAST_IMPORT, status="Inactive")

PRESENT = Life("d", Presence.PRESENT, "2026-11-01T08:00:00Z", status_set="In Use")
MISSING = replace(PRESENT, presence=Presence.MISSING, missing_since="2026-11-22T08:00:00Z", missing_reads=1)
EXCLUDED = replace(PRESENT, presence=Presence.EXCLUDED)
DELETED = replace(PRESENT, presence=Presence.DELETED, status_set="Retired")
INACTIVE = replace(PRESENT, inactive_since="2026-11-10T08:00:00Z", status_before="In Use", status_set="Inactive")
LIVES = {"present": PRESENT, "missing": MISSING, "excluded": EXCLUDED, "deleted": DELETED, "inactive": INACTIVE}

FRESH, OLD, OUT, GONE = Sighting.FRESH, Sighting.STALE, Sighting.EXCLUDED, Sighting.ABSENT
UNPROVEN, TWIN = Sighting.UNPROVEN, Sighting.EXCLUDED_TWIN


def imports(**changes: object) -> ImportsFile:
    """Return settings with the statuses of this table."""
    return ImportsFile(version=1, asset_matching_field="serialNumber", statuses=STATUSES).model_copy(update=changes)


PLAIN = imports()
TWO_READS = imports(missing_reads=2)
THREE_READS = imports(missing_reads=3)
NO_STATUS = imports(statuses=STATUSES.model_copy(update={"deleted_in_intune": None}))
CHECK_IN = imports(inactive=STALE)
NO_STATUS_BY_IMPORT = NO_STATUS.model_copy(update={"inactive": BY_IMPORT})
THREE_BY_IMPORT = imports(missing_reads=3, inactive=BY_IMPORT)

# row, sighting, settings, and for each column: presence, missing reads, inactive, status that is set ("-": none)
TABLE = """
1   FRESH    PLAIN      present 0 . -    | present 0 . - | present 0 . - | present 0 . Recovered | present 0 . In Use
2   OLD      CHECK_IN  present 0 I Inactive|present 0 I Inactive|present 0 I Inactive|present 0 I Inactive|present 0 I -
3   OUT      PLAIN      excluded 0 . -   | excluded 0 . - | excluded 0 . - | deleted 0 . - | excluded 0 I -
4   GONE     THREE_READS missing 1 . -   | missing 2 . - | excluded 0 . - | deleted 0 . - | missing 1 I -
5   GONE     PLAIN      deleted 1 . Retired | deleted 1 . Retired | excluded 0 . - | deleted 0 . - | deleted 1 . Retired
5   GONE     TWO_READS  missing 1 . -    | deleted 2 . Retired | excluded 0 . - | deleted 0 . - | missing 1 I -
5b  GONE     NO_STATUS  missing 1 . -    | missing 1 . - | excluded 0 . - | deleted 0 . - | missing 1 I -
6   UNPROVEN PLAIN      present 0 . -    | missing 1 . - | excluded 0 . - | deleted 0 . - | present 0 I -
9   GONE     NO_STATUS_BY_IMPORT missing 1 . - | missing 1 . - | excluded 0 . - | deleted 0 . - | missing 1 I -
10  TWIN     PLAIN      excluded 0 . -   | excluded 0 . - | excluded 0 . - | deleted 0 . - | excluded 0 I -
"""


@dataclass(frozen=True)
class Cell:
    """What the table says of one sighting of one binding."""

    presence: str
    reads: int
    inactive: bool
    status: str


def cells() -> list[object]:
    """Return the table's cells, each with its place as its name."""
    found = []
    for line in TABLE.strip().splitlines():
        row, sighting, settings, rest = line.split(maxsplit=3)
        for column, text in zip(LIVES, rest.split("|"), strict=True):
            presence, reads, inactive, status = text.split(maxsplit=3)
            cell = Cell(presence, int(reads), inactive == "I", status.strip())
            found.append(pytest.param(sighting, settings, column, cell, id=f"row {row} {settings} {column}"))
    return found


@pytest.mark.parametrize(("sighting", "settings", "column", "cell"), cells())
def test_each_cell_of_the_table(sighting: str, settings: str, column: str, cell: Cell) -> None:
    """A sighting makes of a binding what its cell says."""
    life = LIVES[column]
    done = step(life, globals()[sighting], READ, globals()[settings], life.status_set)
    status = done.status if done.sets_status else "-"
    after = done.life
    assert Cell(after.presence, after.missing_reads, after.inactive_since is not None, str(status)) == cell


@pytest.mark.parametrize("sighting", list(Sighting))
@pytest.mark.parametrize("column", list(LIVES))
def test_a_status_that_is_never_replaced_stays_whatever_happens(sighting: Sighting, column: str) -> None:
    """A status in neverReplace is not written over by any event."""
    settings = imports(inactive=STALE)
    assert not step(LIVES[column], sighting, READ, settings, "Stolen").sets_status


@pytest.mark.parametrize("column", ["deleted", "inactive"])
def test_a_status_that_a_person_chose_meanwhile_stays(column: str) -> None:
    """The recovered and the restored status are written only over the status that we set last."""
    assert not step(LIVES[column], FRESH, READ, PLAIN, "In Stock").sets_status


@pytest.mark.parametrize("sighting", [GONE, UNPROVEN])
@pytest.mark.parametrize("column", list(LIVES))
def test_a_read_that_is_not_newer_counts_nothing(sighting: Sighting, column: str) -> None:
    """Row 11: absence in a read that was applied already changes no binding."""
    read = Read(NOW, newer=False, whole=True)
    assert step(LIVES[column], sighting, read, PLAIN, "In Use") == Transition(LIVES[column])


@pytest.mark.parametrize(("life", "withheld"), [(PRESENT, True), (MISSING, True), (EXCLUDED, False), (DELETED, False)])
def test_an_unknown_absence_withholds_the_deletion(life: Life, withheld: bool) -> None:
    """Row 6: nothing becomes of the binding, and only a deletion that could follow is withheld."""
    assert step(life, UNPROVEN, READ, PLAIN, "In Use") == Transition(life, deletion_withheld=withheld)


@pytest.mark.parametrize(
    ("since", "whole", "settings", "status"),
    [
        ("2026-11-21T08:00:00Z", True, NO_STATUS_BY_IMPORT, "Inactive"),
        ("2026-11-22T08:00:00Z", True, NO_STATUS_BY_IMPORT, None),
        ("2026-11-20T08:00:00Z", False, NO_STATUS_BY_IMPORT, None),
        ("2026-11-20T08:00:00Z", True, NO_STATUS, None),
        ("2026-11-20T08:00:00Z", True, THREE_BY_IMPORT, "Inactive"),
    ],
)
def test_days_with_a_whole_read_make_a_missing_device_inactive(
    since: str, whole: bool, settings: ImportsFile, status: str | None
) -> None:
    """Row 9: more than afterDays days with a whole read that lacked the device, not one less, and not without one."""
    done = step(replace(MISSING, missing_since=since), GONE, replace_read(whole), settings, "In Use")
    assert (done.status, done.kind) == (status, Kind.INACTIVE if status else None)


def replace_read(whole: bool) -> Read:
    """Return the table's read, whole or not."""
    return Read(READ.at, READ.newer, whole, READ.whole_days)


def test_a_device_that_checks_in_too_rarely_is_inactive_once() -> None:
    """Row 2 sets the status on the event alone: what a person sets afterwards stays."""
    once = step(PRESENT, OLD, READ, CHECK_IN, "In Use")
    assert once == Transition(
        replace(PRESENT, inactive_since=NOW, status_before="In Use", status_set="Inactive"),
        True,
        "Inactive",
        "the device has not checked in for more than 30 days",
        "row 2",
        kind=Kind.INACTIVE,
    )
    assert step(once.life, OLD, READ, CHECK_IN, "In Stock") == Transition(once.life)


def test_the_status_before_is_restored_also_when_there_was_none() -> None:
    """An asset that had no status when it became inactive has none again."""
    life = replace(INACTIVE, status_before=None)
    done = step(life, FRESH, READ, CHECK_IN, "Inactive")
    assert (done.sets_status, done.status) == (True, None)


def test_without_restore_previous_the_inactive_status_stays() -> None:
    """restorePrevious: false ends the inactivity and leaves the status."""
    settings = imports(inactive=STALE.model_copy(update={"restore_previous": False}))
    done = step(INACTIVE, FRESH, READ, settings, "Inactive")
    assert (done.life.inactive_since, done.sets_status) == (None, False)


def test_a_binding_of_an_existing_asset_is_present_without_a_status_of_ours() -> None:
    """M9: binding sets no status."""
    assert first_life("d", READ) == Life("d", Presence.PRESENT, NOW)


@pytest.mark.parametrize(
    ("settings", "stale", "status"),
    [
        (PLAIN, False, "New"),
        (CHECK_IN, False, "New"),
        (CHECK_IN, True, "Inactive"),
        (imports(statuses=Statuses()), False, None),
    ],
)
def test_a_created_asset_has_its_first_status(settings: ImportsFile, stale: bool, status: str | None) -> None:
    """Rows 1 and 2: the new status, the inactive one for a device that does not check in, none for null."""
    done = created_life("d", stale, READ, settings)
    assert (done.status, done.sets_status, done.life.status_set) == (status, status is not None, status)
