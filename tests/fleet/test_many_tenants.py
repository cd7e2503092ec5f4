"""From a table of simulated tenants to a scheduled fleet apply, some of them broken: the whole way of a provider."""

from pathlib import Path

import pytest
from command_line import rows
from many_environments import ManyEnvironments

from reconciler.simulator.many import serving_many

pytestmark = pytest.mark.thorough
COUNT = 6


def test_tenants_of_their_own_are_applied_and_the_broken_ones_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each tenant's devices are in its own store; a wrong secret, a limit and broken YAML stop no other."""
    given, made = tmp_path / "given", tmp_path / "made"
    (made / "environments").mkdir(parents=True)
    with serving_many(COUNT, given, devices=20) as running:
        many = ManyEnvironments.__new__(ManyEnvironments)
        many.folder, many.capture, many.secret, many.overlaid, many.printed = made, capfd, "no secret", False, []
        init = many.process("init", str(made), "--tenants", str(given / "tenants.csv"), "--ci", "none")
        assert init.code == 0, init.err
        (made / "overlay").symlink_to(given / "overlay")
        many.overlaid = True
        lines = (given / "variables.sh").read_text().splitlines()
        variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        apply = ("apply", "--scheduled", "--yes", "--allow-uncommitted", "--jobs", "2")
        done, first = many.fleet(*apply, variables=variables)
        assert (done.code, len(first)) == (0, COUNT), done.err
        names = [{row["name"] for row in rows(many.store_of(name), "SELECT name FROM asset")} for name in running]
        assert all(names)
        assert len({frozenset(each) for each in names}) == COUNT
        many.edit(
            "t001/instance.yaml",
            "kind: production",
            "kind: production\nlimits: {deletedInIntune: {percent: 0, count: 0}}",
        )
        running["t001"].tenant.next_day(new=0, gone=3, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)
        many.edit("t002/instance.yaml", "version: 1", "version: [1")
        broken = variables | {"INTUNE_SECRET_T003": "another"}
        done, found = many.fleet("apply", "--yes", "--allow-uncommitted", "--jobs", "2", variables=broken)
    assert {name: row["exitCode"] for name, row in found.items()} == dict.fromkeys(running, 0) | {
        "t001": 3,
        "t002": 1,
        "t003": 1,
    }
    assert done.code == 1
