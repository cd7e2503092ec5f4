"""Many pretend tenants at once, each with ids, users and a clock of its own, and the files that lead to them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from reconciler.simulator.server import HOST, Simulator
from reconciler.simulator.tenant.tenant import Tenant

_NAMES = uuid.UUID("7d1a3b52-0f8e-4c3e-9a53-3a3f0a1f2b11")


@contextmanager
def serving_many(count: int, folder: Path, *, devices: int = 50, seed: int = 1) -> Iterator[dict[str, Simulator]]:
    """Serve so many tenants, and write into a folder what leads to them; give them by their environments' names.

    `tenants.csv` is for `init --tenants`, `overlay` for `--overlay`, and `variables.sh` sets the environment variables.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    with ExitStack() as stack:
        running = {}
        for number in range(count):
            name = f"t{number:03}"
            tenant = Tenant.generate(
                devices=devices,
                users=devices // 2,
                seed=seed + number,
                tenant_id=str(uuid.uuid5(_NAMES, f"tenant {name}")),
                client_id=str(uuid.uuid5(_NAMES, f"application {name}")),
                client_secret=f"simulated-secret-of-{name}",
                now=now - timedelta(seconds=number),
            )
            running[name] = stack.enter_context(Simulator(tenant))
        _write(folder, running)
        yield running


def serve_many(count: int, folder: Path, *, devices: int, seed: int, started: Callable[[Path], None]) -> None:
    """Serve many tenants until Ctrl-C, which returns; `started` is called once they are served."""
    with serving_many(count, folder, devices=devices, seed=seed):
        started(folder)
        try:
            Event().wait()
        except KeyboardInterrupt:
            return


def _write(folder: Path, running: dict[str, Simulator]) -> None:
    """Write what using the tenants needs: a table, CA certificates, variables, an overlay."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{name},{each.tenant.tenant_id},{each.tenant.application.client_id}" for name, each in running.items()]
    (folder / "tenants.csv").write_text("\n".join(["name,tenantId,clientId", *rows]) + "\n")
    (folder / "ca.pem").write_text("".join(Path(each.ca_file).read_text() for each in running.values()))
    secrets = [
        f"export INTUNE_SECRET_{name.upper()}={each.tenant.application.secret}\n" for name, each in running.items()
    ]
    ours = [f"export RECONCILER_ALLOW_HOST={HOST}\n", f"export REQUESTS_CA_BUNDLE={(folder / 'ca.pem').absolute()}\n"]
    (folder / "variables.sh").write_text("".join([*ours, *secrets]))
    for name, each in running.items():
        laid_over = folder / "overlay" / name / "connections/intune/connection.yaml"
        laid_over.parent.mkdir(parents=True, exist_ok=True)
        laid_over.write_text(each.cloud_block())
