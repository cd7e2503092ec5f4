"""The demo tells its story on a Halo, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT


@pytest.mark.thorough
def test_the_story_on_a_halo_loses_an_answer_and_a_right_and_makes_nothing_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reconciler", "demo", "--store", "halo", "--devices", "100", "--users", "40"]
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    story = [
        "$ reconciler store prove prod --yes",
        "an empty list of users unlinks: yes",
        "requests to the store",
        "Give the application edit:assets",
        "which was interrupted, is finished",
        "OVER A LIMIT",
        "$ reconciler undo prod",
        "assets made, 0 of them twice.",
        "That was the demo",
    ]
    places = [done.stdout.find(each) for each in story]
    assert places == sorted(places), done.stdout
    assert -1 not in places
    assert list(tmp_path.rglob("*")) == []
