"""The undo of a run that was narrowed to a connection pauses that one, and the others go on (J2)."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from command_line import CommandLine, rows
from two_tenants import ALLOWED, two_tenants

from reconciler.simulator.tenant.tenant import Tenant

ALL = ("--allow", "removed=99", *ALLOWED)


class Two(NamedTuple):
    """A command line on two tenants, and how they go on."""

    cli: CommandLine
    main: Tenant
    branch: Tenant


@pytest.fixture
def two(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Two]:
    """Import two tenants into one store, each by a run of its own."""
    cli = CommandLine(tmp_path, capfd)
    with two_tenants(cli, devices=6) as both:
        yield Two(cli, *both)


def paused(two: Two) -> CommandLine:
    """Undo the branch's import, and let both tenants enrol a device."""
    cli = two.cli
    [last] = rows(cli.store, "SELECT run_id FROM run ORDER BY id DESC LIMIT 1")
    assert cli.run("undo", "prod", last["run_id"], "--yes", *ALL).code == 0
    two.main.enrol(deviceName="NEW-MAIN")
    two.branch.enrol(deviceName="NEW-BRANCH")
    two.main.advance(3600)
    two.branch.advance(3600)
    return cli


def new(cli: CommandLine) -> set[str]:
    """Return which of the new devices have an asset."""
    return {row["name"] for row in rows(cli.store, "SELECT name FROM asset WHERE name LIKE 'NEW-%'")}


@pytest.mark.parametrize("how", [(), ("--scheduled",)])
def test_an_apply_skips_the_connection_that_is_paused(two: Two, how: tuple[str, ...]) -> None:
    """The other one goes on, and the exit code says that part of it was not done."""
    cli = paused(two)
    done = cli.apply(*how, *ALL)

    assert (done.code, new(cli)) == (5, {"NEW-MAIN"})
    assert "branch is paused since" in done.err
