"""The demo tells the story of the main job, and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Path], int]:
    """Run the demo once, as a person would; return what it printed, what it left in the temporary folder, its code."""
    temporary = tmp_path_factory.mktemp("temporary")
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo", "--devices", "200", "--users", "80"],
        cwd=ROOT,
        env=environment | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout, list(temporary.rglob("*")), done.returncode


def test_the_story_is_told_in_order(told: tuple[str, list[Path], int]) -> None:
    """Validate, plan, apply, no changes, the next day, a limit, history, undo, and an instance that is off."""
    text, _, code = told
    assert code == 0, text
    story = [
        "── A tenant with 200 devices and 80 users is simulated at\n   https://localhost:",
        "$ reconciler validate prod uat",
        "prod, uat: valid.",
        "$ reconciler plan prod --summary -o first.plan",
        "Read 200 devices, 80 users, 2,232 software in",
        "Saved the plan as first.plan.",
        "$ reconciler apply prod first.plan --allow-uncommitted",
        "Applied run ",
        "$ reconciler plan prod --summary",
        "No changes. The store matches Intune.",
        "── A day passes in the tenant: devices are new (2), gone (1), renamed (1),",
        "$ reconciler plan prod -o day.plan",
        "re-enrolled: ",
        "re-enrolled: it has the asset's serialNumber",
        "user removed: ",
        "Intune names no user for the device (U3)",
        "deleted in Intune: ",
        "In Use → Retired  the device is gone from Intune",
        "$ reconciler apply prod day.plan --allow-uncommitted",
        "Applied run ",
        "── A bad day: 20 devices are gone at once. A limit stops what nobody allowed.",
        "$ reconciler plan prod --summary",
        "deleted in Intune (intune): 20 planned, 1 already in the last 24 h: 21 of",
        "$ reconciler history prod",
        "$ reconciler undo prod ",
        "Undo: ",
        "Applied run ",
        "Paused after an undo: intune",
        "$ reconciler apply uat --yes",
        "enabledForInstances is production-only",
        "Nothing was written.",
        "The simulator counted 0 requests from UAT",
    ]
    place = 0
    for line in story:
        assert line in text[place:], f"{line!r} does not follow:\n{text[:place][-500:]}"
        place = text.index(line, place) + len(line)


def test_the_demo_cleans_up_after_itself(told: tuple[str, list[Path], int]) -> None:
    """Stores, certificates and overlays are gone, and the checkout holds no store."""
    _, left, _ = told
    assert left == []


def test_the_demo_fits_eighty_columns(told: tuple[str, list[Path], int]) -> None:
    """The story is for a terminal."""
    text, _, _ = told
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_the_demo_is_soon_read(told: tuple[str, list[Path], int]) -> None:
    """No plan is told twice: what was planned is saved and applied."""
    text, _, _ = told
    assert len(text.splitlines()) < 240  # names of other lengths fold differently
