"""Runs and a store's status for people."""

from reconciler.model.plan import Action, Attribute, Change, Kind, SettingChange, Subject
from reconciler.model.run import Outcome, Run, RunDetail, StoreStatus
from reconciler.report.text.history import history_text, outcome_text, run_text, status_text
from reconciler.report.text.plan import plain

RUN = Run(
    run_id="r1",
    instance="prod",
    started_at="2026-11-23T08:00:00Z",
    finished_at="2026-11-23T08:00:02Z",
    who="ada",
    where="ci\x1b[2J",
    commit="3f2c1d9e8b7a6f5c",
    clean=True,
    plan_digest="abcd",
    counts={"created": 8, "updated": 21},
    allowances={"created": 12},
    because="a new office",
)
EMPTY = Run(
    run_id="r2",
    instance="prod",
    started_at="2026-11-24T08:00:00Z",
    finished_at="2026-11-24T08:00:01Z",
    who="grace",
    where="laptop",
    commit="9e8b7a6f5c",
    clean=False,
    plan_digest="ef",
    counts={},
)
CHANGE = Change(
    subject=Subject.ASSET,
    action=Action.UPDATE,
    name="AST-000012",
    label="LT-4711",
    attributes=(Attribute.of("status", "In Use", "Retired", "the device is gone from Intune", "row 5"),),
    kinds=(Kind.DELETED_IN_INTUNE,),
)


def test_history() -> None:
    """Runs stand in a table, one row each."""
    assert plain(history_text([EMPTY, RUN])) == (
        "run  when                  who    commit                what\n"
        "r2   2026-11-24 08:00 UTC  grace  9e8b7a6, uncommitted  no changes\n"
        "r1   2026-11-23 08:00 UTC  ada    3f2c1d9               8 created, 21 updated\n"
    )


def test_narrow_history() -> None:
    """What a run did stands beneath it when there is no room beside it."""
    assert plain(history_text([RUN], width=50)) == (
        "run  when                  who  commit\nr1   2026-11-23 08:00 UTC  ada  3f2c1d9\n    8 created, 21 updated\n"
    )


def test_no_history() -> None:
    """A store without a run says so."""
    assert plain(history_text([])) == "No run was applied to this store yet.\n"


def test_run() -> None:
    """One run is shown in full, and nothing that a machine is called is obeyed."""
    assert plain(run_text(RunDetail(RUN, (CHANGE,)))) == (
        "Run r1 of prod\n"
        "  started   2026-11-23 08:00:00 UTC\n"
        "  finished  2026-11-23 08:00:02 UTC\n"
        "  by        ada\n"
        "  from      ci\\x1b[2J\n"
        "  commit    3f2c1d9e8b7a6f5c\n"
        "  plan      abcd\n"
        "  allowed   created=12\n"
        "  because   a new office\n"
        "  what      8 created, 21 updated\n"
        "\n"
        "deleted in Intune: 1 asset whose device is gone from Intune\n"
        "  ~ AST-000012  LT-4711\n"
        "      status  In Use → Retired  the device is gone from Intune (row 5)\n"
    )


def test_status() -> None:
    """A status says what the store holds, what it knows of connections, and what it has not seen yet."""
    status = StoreStatus(
        store_id="6f1d",
        instance="prod",
        revision="v7",
        assets=512,
        bindings={"present": 498, "missing": 2, "deleted": 0},
        last_run=RUN,
        last_reads={"intune t1": "2026-11-23T08:00:00Z"},
        lease="ada since 08:01",
    )
    pending = (SettingChange("imports.createAssets", "true", "false"),)

    assert plain(status_text(status, pending=pending, unconfigured=[("t2", 3)])) == (
        "Store of prod\n"
        "  store          6f1d, revision v7\n"
        "  assets         512\n"
        "  bindings       2 missing, 498 present\n"
        "  last run       r1, 2026-11-23 08:00 UTC, by ada: 8 created, 21 updated\n"
        "  last read      intune t1: 2026-11-23 08:00 UTC\n"
        "  no connection  tenant t2 has 3 bindings and no connection in the settings\n"
        "  lease          ada since 08:01\n"
        "\n"
        "settings not yet applied here (since 3f2c1d9)\n"
        "  ~ imports.createAssets  true → false\n"
    )


def test_new_store_status() -> None:
    """A store to which nothing was applied says so."""
    status = StoreStatus(
        store_id="6f1d", instance="prod", revision="", assets=0, bindings={}, last_run=None, last_reads={}
    )

    assert plain(status_text(status)) == (
        "Store of prod\n  store     6f1d, revision none\n  assets    0\n  bindings  none\n  last run  none yet\n"
    )


def test_outcome() -> None:
    """What an apply did is one line."""
    outcome = Outcome(run_id="r1", revision="v", changes=8, bindings=8, counts={"created": 8})
    assert outcome_text(outcome, 0.5).plain == "Applied run r1: 8 created in 0.5 s"
