"""`reconciler simulate`: a pretend tenant to try settings against."""

import errno
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.errors import ExitCode, UsageError
from reconciler.simulator.many import serve_many
from reconciler.simulator.server import Simulator, serve_forever


def simulate(
    *,
    devices: Annotated[int, typer.Option(min=0, max=2_000_000, help="How many devices the tenant has.")] = 500,
    users: Annotated[int | None, typer.Option(min=0, help="How many users; four for every five devices.")] = None,
    software: Annotated[int, typer.Option(min=0, max=1_000, help="How many applications a device has.")] = 12,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same tenant.")] = 1,
    tenant_id: Annotated[
        UUID | None, typer.Option(metavar="GUID", help="Which tenant it is; without it each seed has one of its own.")
    ] = None,
    clock: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
            help="The tenant's time in UTC, which then stands still; without it time runs, as it does here.",
        ),
    ] = None,
    tenants: Annotated[
        int, typer.Option(min=1, max=1_000, help="So many tenants, each with ids, users and a clock of its own.")
    ] = 1,
    into: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --tenants: a folder for their table, overlay, CA and variables."),
    ] = None,
) -> int:
    """Serve a simulated Intune tenant over HTTPS on this machine until it is interrupted.

    Prints the environment variables and the `cloud:` block that a connection needs to read it.
    """
    if tenants > 1:
        if into is None:
            raise UsageError("--tenants needs --into DIR: where their table, overlay and variables go.")
        serve_many(tenants, into, devices=devices, seed=seed, started=_tell_of_many)
        return ExitCode.DONE
    try:
        serve_forever(
            devices=devices,
            users=users,
            seed=seed,
            software=software,
            port=port,
            tenant_id=str(tenant_id) if tenant_id else None,
            clock=clock.replace(tzinfo=UTC) if clock else None,
            started=_tell,
        )
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise UsageError(
            f"Port {port} cannot be served: {error.strerror}. Name another with --port; 0 takes a free one."
        ) from error
    return ExitCode.DONE


def _tell_of_many(folder: Path) -> None:
    say(
        f"Serving. From another terminal: reconciler init REPOSITORY --tenants {folder}/tenants.csv --ci none; "
        f". {folder}/variables.sh; then in REPOSITORY: reconciler --overlay {folder}/overlay fleet apply --yes "
        "--allow-uncommitted. Ctrl-C ends it."
    )


def _tell(simulator: "Simulator") -> None:
    for name, value in simulator.environment().items():
        printing.write(f"export {name}={value}")
    printing.write("\n# connection.yaml of an instance that is not a production one, or an overlay's")
    printing.write(f"tenantId: {simulator.tenant.tenant_id}\nclientId: {simulator.tenant.application.client_id}")
    printing.write(simulator.cloud_block())
    say(
        "Serving. From another terminal: curl --cacert $REQUESTS_CA_BUNDLE "
        f"-X POST {simulator.graph}/simulator/next-day moves it to its next day; "
        f"GET {simulator.graph}/simulator/requests counts what it was asked. Ctrl-C ends it."
    )
