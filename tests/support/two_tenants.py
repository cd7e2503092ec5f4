"""Two simulated tenants in one environment: its connections `intune` and `branch`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import CommandLine

from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import TENANT_ID, Tenant, tenant_of

ALLOWED = ("--allow", "created=99", "--allow", "usersCreated=99", "--because", "the first import of each")


@contextmanager
def two_tenants(cli: CommandLine, *, devices: int) -> Iterator[tuple[Tenant, Tenant]]:
    """Give prod a second connection, and serve both of its tenants, each imported on its own."""
    now = datetime.now(UTC).replace(microsecond=0)
    connections = cli.environments / "prod/connections"
    shutil.copytree(connections / "intune", connections / "branch")
    cli.edit("prod/connections/branch/connection.yaml", TENANT_ID, tenant_of(2))
    main, branch = (
        Tenant.generate(devices=devices, users=4, seed=seed, tenant_id=tenant_of(seed), now=now) for seed in (1, 2)
    )
    with Simulator(main) as first, Simulator(branch) as second, pytest.MonkeyPatch.context() as patch:
        for name, simulator in (("intune", first), ("branch", second)):
            cli.lay(f"prod/connections/{name}/connection.yaml", simulator.cloud_block())
        both = cli.folder / "both.pem"
        both.write_text(Path(first.ca_file).read_text() + Path(second.ca_file).read_text())
        for name, text in (first.environment() | {"REQUESTS_CA_BUNDLE": str(both)}).items():
            patch.setenv(name, text)
        for name in ("intune", "branch"):
            done = cli.apply("--connection", name, *ALLOWED)
            assert done.code == 0, done.err
        yield main, branch
