"""`assets`: what ties each asset to Intune and why it is not updated, from the store alone."""

import csv
import io

import msgspec
import pytest
import storing
from case_files import environment_of, recording_of
from command_line import CommandLine
from msgspec.structs import replace

from reconciler.inventory.overview import Tie, overview
from reconciler.model.state import Presence, State

ENVIRONMENT = environment_of({})
BEFORE = {
    "lastRead": "2026-11-22T08:00:00Z",
    "users": [{"upn": "ann@contoso.com"}],
    "assets": [
        {"tag": "A", "name": "present", "device": "d-1", "user": "ann@contoso.com"},
        {"tag": "B", "name": "pinned", "device": "d-2", "pins": {"name": "The boss wants it"}},
        {"tag": "C", "name": "missing", "device": {"deviceId": "d-3", "presence": "missing", "missingReads": 2,
                                                   "missingSince": "2026-11-20T08:00:00Z"}},
        {"tag": "D", "name": "gone", "device": {"deviceId": "d-4", "presence": "deleted",
                                                "missingSince": "2026-10-01T08:00:00Z"}},
        {"tag": "E", "name": "excluded", "device": {"deviceId": "d-5", "presence": "excluded"}},
        {"tag": "F", "name": "unbound"},
        {"tag": "G", "name": "other tenant", "device": "d-7", "tenant": "t-2"},
        {"tag": "H", "name": "inactive", "device": {"deviceId": "d-8", "presence": "present",
                                                    "inactiveSince": "2026-11-02T08:00:00Z"}},
        {"tag": "I", "name": "enrolled anew", "device": {"deviceId": "d-9", "superseded": [
            {"deviceId": f"old-{number}", "since": "2026-11-22T08:00:00Z"} for number in range(5)]}},
    ],
}  # fmt: skip
STATE: State = recording_of(BEFORE, ENVIRONMENT).state
NOW = "2026-11-23T08:00:00Z"
DAY = 86_400


def told(**asked: object) -> dict[str, tuple[str, str | None, str]]:
    """Return each asset's tie, last read and why, by tag."""
    views = overview(ENVIRONMENT, STATE, now=NOW, **asked)  # type: ignore[arg-type]
    return {view.tag: (str(view.tie), view.read_at, view.why) for view in views}


def test_each_asset_has_its_tie_its_last_read_and_why_it_is_not_updated() -> None:
    """An asset that is updated wholly has no why."""
    since = "(since 2026-11-22T08:00:00Z)"
    assert told() == {
        "A": ("present", "2026-11-22T08:00:00Z", ""),
        "B": ("present", "2026-11-22T08:00:00Z", "name is pinned: The boss wants it"),
        "C": ("missing", None, "missing from Intune since 2026-11-20T08:00:00Z, absent in 2 reads"),
        "D": ("deleted", None, "its device is gone from Intune since 2026-10-01T08:00:00Z"),
        "E": ("excluded", None, "the settings leave its device out"),
        "F": ("unbound", None, "no device was ever matched to it"),
        "G": ("present", "2026-11-22T08:00:00Z", "no connection in the settings is tenant t-2"),
        "H": ("present", "2026-11-22T08:00:00Z", "inactive since 2026-11-02T08:00:00Z"),
        "I": (
            "present",
            "2026-11-22T08:00:00Z",
            f"superseded, and updating nothing: devices old-0 {since}, old-1 {since}, old-2 {since} and 2 more",
        ),
    }


@pytest.mark.parametrize(
    ("asked", "tags"),
    [
        ({"ties": {Tie.UNBOUND}}, "F"),
        ({"ties": {Tie.MISSING}}, "C"),
        ({"ties": {Tie.EXCLUDED, Tie.DELETED}}, "DE"),
        ({"not_updated": 7 * DAY}, "DEF"),
        ({"not_updated": 3 * DAY}, "DEF"),
        ({"not_updated": 3 * DAY - 1}, "CDEF"),
        ({"not_updated": DAY}, "CDEF"),
        ({"not_updated": DAY - 1}, "ABCDEFGHI"),
        ({"superseded": True}, "I"),
        ({"superseded": True, "ties": {Tie.UNBOUND}}, "FI"),
        ({"not_updated": 7 * DAY, "ties": {Tie.MISSING}}, "CDEF"),
    ],
)
def test_filters_list_what_any_of_them_fits(asked: dict[str, object], tags: str) -> None:
    """Not updated for a time is also what never was, and what nobody knows."""
    assert "".join(told(**asked)) == tags


def test_a_live_binding_speaks_for_an_asset_before_a_deleted_one() -> None:
    """Its device was re-enrolled: the old binding ended, in whatever order they are stored."""
    asset = {"tag": "A", "name": "LT-1", "device": {"deviceId": "d-0", "presence": "deleted", "missingSince": NOW}}
    state = recording_of({"assets": [asset]}, ENVIRONMENT).state
    [old] = state.bindings
    new = replace(old, life=replace(old.life, device_id="d-1", presence=Presence.PRESENT, missing_since=None))
    for bindings in ((old, new), (new, old)):
        [view] = overview(ENVIRONMENT, replace(state, bindings=bindings), now=NOW)
        assert (view.tie, view.device_id, view.why) == (Tie.PRESENT, "d-1", "")


def test_a_connection_that_is_not_enabled_here_is_why() -> None:
    """Its assets are updated by nobody."""
    environment = environment_of({"intune": {"connection": {"enabledForInstances": ["uat"]}}})
    [view] = [each for each in overview(environment, STATE, now=NOW) if each.tag == "A"]
    assert view.why == "connection intune is not enabled in this instance"


@pytest.fixture
def filled(cli: CommandLine) -> CommandLine:
    cli.store.parent.mkdir()
    storing.first_store(cli.store)
    storing.execute(cli.store, "UPDATE asset SET name = '=1+1' || char(27) || '[2J' || char(10) || 'x' WHERE id = 1")
    return cli


def test_the_table_fits_eighty_columns_and_obeys_no_name(filled: CommandLine) -> None:
    """A name with an escape in it is shown as what it is (V2)."""
    done = filled.run("assets", "prod")
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= 80
    assert done.out.splitlines() == [
        "tag         name           tie        last read",
        "AST-000001  =1+1\\x1b[2J␤x  present   2026-11-23 08:00 UTC",
        "AST-000002  LT-2           present   2026-11-23 08:00 UTC",
        "",
        "2 assets: 2 present",
    ]


def test_superseded_devices_are_told_at_the_asset_of_the_later_enrolment(filled: CommandLine) -> None:
    """In the table with why, in CSV by their ids, in JSON with the time of the read that first showed them."""
    storing.execute(filled.store, f"""UPDATE binding SET superseded = '{{"d0":"{NOW}"}}' WHERE device_id = 'd2'""")
    assert filled.run("assets", "prod", "--superseded").out.splitlines() == [
        "tag         name  tie        last read",
        "AST-000002  LT-2  present   2026-11-23 08:00 UTC",
        "    superseded, and updating nothing: device d0 (since 2026-11-23 08:00 UTC)",
        "",
        "1 asset: 1 present",
    ]
    [row] = csv.DictReader(io.StringIO(filled.run("assets", "prod", "--superseded", "--format", "csv").out, newline=""))
    assert (row["tag"], row["superseded"]) == ("AST-000002", "d0")
    found = msgspec.json.decode(filled.run("assets", "prod", "--superseded", "--format", "json").out)
    assert found["assets"][0]["superseded"] == [{"deviceId": "d0", "since": NOW}]


@pytest.mark.quick
def test_csv_has_no_formulas(filled: CommandLine) -> None:
    """The cell gets an apostrophe, as in the export."""
    first, *_ = csv.DictReader(io.StringIO(filled.run("assets", "prod", "--format", "csv").out, newline=""))
    assert (first["tag"], first["name"]) == ("AST-000001", "'=1+1\x1b[2J\nx")


def test_json_is_for_machines(filled: CommandLine) -> None:
    """With a format's version, and every fact of the table."""
    found = msgspec.json.decode(filled.run("assets", "prod", "--format", "json", "--unbound").out)
    assert found == {"formatVersion": 1, "assets": []}
    found = msgspec.json.decode(filled.run("assets", "prod", "--format", "json").out)
    assert found["assets"][1] == {
        "tag": "AST-000002",
        "name": "LT-2",
        "type": "Laptop",
        "site": None,
        "status": None,
        "user": None,
        "tie": "present",
        "connection": "intune",
        "deviceId": "d2",
        "readAt": "2026-11-23T08:00:00Z",
        "notUpdated": False,
        "why": "",
        "superseded": [],
    }


def test_a_filter_that_nothing_fits_says_so(filled: CommandLine) -> None:
    """And a time that is none is refused."""
    assert filled.run("assets", "prod", "--excluded").out == "No matching assets.\n"
    assert filled.run("assets", "prod", "--not-updated", "7").code == 64
