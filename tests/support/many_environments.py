"""Many environments of a few lines each over shared settings, all reading one simulated tenant."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import msgspec
from command_line import CommandLine, Done

from reconciler.simulator.server import Simulator

EXAMPLE = Path(__file__).parents[1] / "environments/prod"
_CONNECTION = """\
version: 1
source: intune
clientId: {client_id}
{cloud}authentication:
  method: client-credentials
  credential: {{type: client-secret, secret: {{env: "{secret}"}}}}
enabledForInstances: all
"""


@contextmanager
def hanging() -> Iterator[str]:
    """Give the address of a server that takes connections and never says a word."""
    with create_server(("127.0.0.1", 0)) as listening:
        yield f"https://localhost:{listening.getsockname()[1]}"


class ManyEnvironments(CommandLine):
    """A command line on environments that share all but their name and tenant."""

    def __post_init__(self) -> None:
        shared = self.environments / "_shared"
        if not shared.exists():
            shutil.copytree(EXAMPLE / "connections/intune", shared / "connections/_shared")
            shutil.copy(EXAMPLE / "catalogue.yaml", shared)
            (shared / "connections/_shared/tests.yaml").unlink()

    def connect_all(self, simulator: Simulator, names: Iterable[str], *, secret: str = "INTUNE_CLIENT_SECRET") -> None:
        """Make an environment of each name, which reads this simulator."""
        self.secret = simulator.tenant.application.secret
        client, cloud = simulator.tenant.application.client_id, simulator.cloud_block()
        text = _CONNECTION.format(client_id=client, cloud=cloud, secret=secret)
        (self.environments / "_shared/connections/_shared/connection.yaml").write_text(text)
        for name in names:
            self.add(name, tenant=simulator.tenant.tenant_id)

    def add(self, name: str, *, tenant: str, instance: str = "") -> None:
        """Make an environment of a few lines."""
        folder = self.environments / name / "connections/intune"
        folder.mkdir(parents=True)
        (folder / "connection.yaml").write_text(f"version: 1\ntenantId: {tenant}\n")
        store = f"store: {{url: 'sqlite:///var/{name}.db'}}\n"
        (folder.parents[1] / "instance.yaml").write_text(f"version: 1\nname: {name}\nkind: test\n{store}{instance}")

    def fleet(self, *arguments: str, variables: dict[str, str] | None = None) -> tuple[Done, dict[str, dict[str, Any]]]:
        """Run a fleet's command in a process of its own; return what came of it, and the rows by environment."""
        done = self.process("fleet", *arguments, "--format", "json", variables=variables)
        rows = msgspec.json.decode(done.out)["environments"] if done.out else []
        return done, {row["environment"]: row for row in rows}

    def lay_secret(self, name: str, variable: str) -> None:
        """Let an environment's connection have its secret in another variable."""
        file = self.environments / name / "connections/intune/connection.yaml"
        credential = f'{{type: client-secret, secret: {{env: "{variable}"}}}}'
        file.write_text(f"{file.read_text()}authentication: {{credential: {credential}}}\n")
