"""Every golden case: the plan that comes out is the one that the case's folder says."""

import os
from pathlib import Path

import pytest
from applying import applied
from case_files import case_folders, described, plan_of, read_yaml, written
from msgspec.structs import replace

from reconciler.planning.build import build_plan, is_empty
from reconciler.planning.digest import digest

REWRITE = "REWRITE_CASES"
"""Set to 1, this environment variable makes each case's plan.yaml what comes out; review the difference."""


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_the_plan_is_the_one_that_the_case_says(folder: Path) -> None:
    """The plan is the expected one, its digest holds, and applying it leaves nothing to plan."""
    environment, recording, plan = plan_of(folder)
    if os.environ.get(REWRITE) == "1":
        (folder / "plan.yaml").write_text(written(described(plan)), encoding="utf-8")
    assert described(plan) == read_yaml(folder / "plan.yaml")
    assert plan.digest == digest(plan)
    again = build_plan(environment, replace(recording, state=applied(plan, recording.state)))
    assert is_empty(again), described(again)
