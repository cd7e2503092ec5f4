"""What machines read: the saved plan's own bytes, and documents with a format version."""

import json
from pathlib import Path

import pytest

from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.model.run import Run, RunDetail, StoreStatus
from reconciler.plan_files import read_plan
from reconciler.planning.digest import decode, encode, with_digest
from reconciler.report.json import history_json, run_json, status_json

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir())
RUN = Run(
    run_id="r1",
    instance="prod",
    started_at="2026-11-23T08:00:00Z",
    finished_at="2026-11-23T08:00:02Z",
    who="ada",
    where="ci",
    commit=None,
    clean=False,
    plan_digest="abcd",
    counts={"created": 8},
)
RUN_DOCUMENT = {
    "runId": "r1",
    "instance": "prod",
    "startedAt": "2026-11-23T08:00:00Z",
    "finishedAt": "2026-11-23T08:00:02Z",
    "who": "ada",
    "where": "ci",
    "commit": None,
    "clean": False,
    "planDigest": "abcd",
    "counts": {"created": 8},
    "allowances": {},
    "because": None,
    "undoes": None,
    "undoneBy": None,
    "prunedAt": None,
    "unread": {},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan(case: Path, tmp_path: Path) -> None:
    """A plan that was saved from stdout is read as the plan it was."""
    plan = with_digest(decode((case / "plan.json").read_bytes()))
    (tmp_path / "plan.json").write_bytes(encode(plan))

    assert read_plan(tmp_path / "plan.json") == plan


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan_is_not_obeyed(case: Path) -> None:
    """A plan's JSON holds no character that a terminal obeys, but the newline at its end."""
    plan = with_digest(decode((case / "plan.json").read_bytes()))

    assert encode(plan).decode().removesuffix("\n").isprintable()


def test_history() -> None:
    """A history is a document with its format version."""
    assert json.loads(history_json([RUN])) == {"formatVersion": 1, "runs": [RUN_DOCUMENT]}


def test_run() -> None:
    """One run is a document with its changes, whose reasons stand once in its table."""
    moved = [Attribute.of(name, None, "Contoso/Leeds", "the user's site", "S1") for name in ("site", "site", "office")]
    changes = tuple(
        Change(subject=Subject.ASSET, action=Action.UPDATE, name="A", label="L", attributes=(each,)) for each in moved
    )

    assert json.loads(run_json(RunDetail(RUN, changes))) == {
        "formatVersion": 2,
        "run": RUN_DOCUMENT,
        "changes": [
            {
                "subject": "asset",
                "action": "update",
                "name": "A",
                "label": "L",
                "attributes": [[number, None, "Contoso/Leeds"]],
            }
            for number in (0, 0, 1)
        ],
        "reasons": [
            {"attribute": "site", "reason": "the user's site", "rule": "S1"},
            {"attribute": "office", "reason": "the user's site", "rule": "S1"},
        ],
    }


def test_status() -> None:
    """A status is a document with its format version."""
    status = StoreStatus(
        store_id="s", instance="prod", revision="v", assets=1, bindings={"present": 1}, last_run=None, last_reads={}
    )
    assert json.loads(status_json(status)) == {
        "formatVersion": 1,
        "status": {
            "storeId": "s",
            "instance": "prod",
            "revision": "v",
            "assets": 1,
            "bindings": {"present": 1},
            "lastRun": None,
            "lastReads": {},
            "lease": None,
            "licences": [],
            "lastFailures": {},
            "openRuns": [],
        },
    }
