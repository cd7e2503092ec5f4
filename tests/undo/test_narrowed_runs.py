"""The undo of a run that was narrowed to a connection pauses that one, and the others go on (J2)."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from command_line import CommandLine, rows

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import TENANT_ID, Tenant, tenant_of

ALL = ("--allow", "created=99", "--allow", "usersCreated=99", "--allow", "removed=99", "--because", "a test")


class Two(NamedTuple):
    """A command line on two tenants, and how they go on."""

    cli: CommandLine
    main: Tenant
    branch: Tenant


@pytest.fixture
def two(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    """Read the main tenant alone into an empty store, then the branch as well; return both."""
    now = datetime.now(UTC).replace(microsecond=0)
    cli = CommandLine(tmp_path, capfd)
    connections = cli.environments / "prod/connections"
    shutil.copytree(connections / "intune", connections / "branch")
    cli.edit("prod/connections/branch/connection.yaml", TENANT_ID, tenant_of(2))
    tenants = [Tenant.generate(devices=6, users=4, seed=seed, tenant_id=tenant_of(seed), now=now) for seed in (1, 2)]
    with Simulator(tenants[0]) as first, Simulator(tenants[1]) as second:
        for name, simulator in (("intune", first), ("branch", second)):
            cli.lay(f"prod/connections/{name}/connection.yaml", simulator.cloud_block())
        both = tmp_path / "both.pem"
        both.write_text(Path(first.ca_file).read_text() + Path(second.ca_file).read_text())
        for name, text in (first.environment() | {"REQUESTS_CA_BUNDLE": str(both)}).items():
            monkeypatch.setenv(name, text)
        assert cli.apply("--connection", "intune", *ALL).code == 0
        assert cli.apply("--connection", "branch", *ALL).code == 0
        yield Two(cli, *tenants)


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
