"""`reconciler demo`: the main job as a story, against a simulated tenant on this machine.

The committed settings are used as they are. What differs (the simulator's addresses, a store in a temporary folder) is
laid over them from a folder of the demo's own, with --overlay.
"""

import contextlib
import os
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import printing
from reconciler.cli.options import Global
from reconciler.cli.talk import say
from reconciler.errors import ExitCode, ReconcilerError

if TYPE_CHECKING:
    from reconciler.simulator.days import Day
    from reconciler.simulator.server import Simulator

_INSTANCES = ("prod", "uat")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(short_help="Tell the main job as a story.")(demo)


def demo(
    context: typer.Context,
    devices: Annotated[int, typer.Option(min=100, max=100_000, help="How many devices the tenant has.")] = 500,
    users: Annotated[int, typer.Option(min=10, max=100_000, help="How many users the tenant has.")] = 400,
) -> int:
    """Tell the main job as a story: a simulated tenant, its first import, its next day, and an instance that is off.

    Needs environments `prod` and `uat`; touches nothing of yours and cleans up after itself.
    """
    from reconciler.simulator.server import Simulator  # noqa: PLC0415 - cryptography is heavy
    from reconciler.simulator.tenant import Tenant  # noqa: PLC0415 - as above

    options: Global = context.obj
    with (
        tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder,
        Simulator(Tenant.generate(devices=devices, users=users)) as simulator,
        _variables(simulator.environment()),
    ):
        overlay = _overlay(Path(folder), simulator)
        _tell(_Story(options, overlay, simulator))
    return ExitCode.DONE


def _overlay(folder: Path, simulator: "Simulator") -> Path:
    """Write the files that are laid over the committed ones: where the simulator and the stores are."""
    for instance in _INSTANCES:
        connection = folder / "overlay" / instance / "connections" / "intune"
        connection.mkdir(parents=True)
        (connection / "connection.yaml").write_text(simulator.cloud_block())
        store = folder / f"{instance}.db"
        (folder / "overlay" / instance / "instance.yaml").write_text(f"store:\n  url: sqlite:///{store}\n")
    return folder / "overlay"


@contextlib.contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables while the story is told."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Story:
    """The commands of the story, run as a person would type them."""

    def __init__(self, options: Global, overlay: Path, simulator: "Simulator") -> None:
        self.simulator = simulator
        folders = ["--environments", str(options.environments), "--overlay", str(overlay)]
        self._before = [*folders, "--log-format", options.log_format, *(["--debug"] if options.debug else [])]

    def say(self, text: str) -> None:
        """Say what comes next."""
        wrapper = textwrap.TextWrapper(printing.width(), "── ", "   ", break_on_hyphens=False)
        printing.write("\n" + wrapper.fill(text))

    def run(self, *arguments: str) -> None:
        """Run a command; the story ends when it fails."""
        from rich.text import Text  # noqa: PLC0415 - rich is heavy

        from reconciler.cli.main import run  # noqa: PLC0415 - it imports this module

        printing.show([Text(), Text(f"$ reconciler {' '.join(arguments)}", style="bold")])
        code = run([*self._before, *arguments])
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if code != ExitCode.DONE:
            raise ReconcilerError(f"The demo ends here: `reconciler {' '.join(arguments)}` exited with {code}.")


def _tell(story: _Story) -> None:
    tenant = story.simulator.tenant
    story.say(
        f"A tenant with {len(tenant.devices.items)} devices and {len(tenant.users.items)} users is simulated at "
        f"{story.simulator.graph}. The settings are those of environments/prod; --overlay adds only where the "
        "simulator and a fresh store are."
    )
    story.run("validate", "prod", "uat")
    story.say("The first plan: an empty store, so everything is new. Nothing is written.")
    story.run("plan", "prod")
    story.say("Apply it. (Production insists on committed settings; an overlay never is, hence the option.)")
    story.run("apply", "prod", "--yes", "--allow-uncommitted")
    story.say("Plan again: the store is what the settings and Intune say.")
    story.run("plan", "prod")
    story.say(f"A day passes in the tenant: {_happened(tenant.next_day())}.")
    story.run("plan", "prod")
    story.say("Apply the day.")
    story.run("apply", "prod", "--yes", "--allow-uncommitted")
    story.run("history", "prod")
    story.run("status", "prod")
    story.say("UAT has the same connection, kept out by `enabledForInstances: production-only`.")
    before = story.simulator.tally.total
    story.run("plan", "uat")
    story.run("apply", "uat", "--yes")
    asked = story.simulator.tally.total - before
    story.say(f"The simulator counted {asked} requests from UAT, and {before} from production.")
    if asked:
        raise ReconcilerError("UAT must not have asked for anything.")
    say("That was the demo; everything it made is gone again.")


def _happened(day: "Day") -> str:
    return (
        f"{len(day.new)} devices are new, {len(day.gone)} gone, {len(day.renamed)} renamed, "
        f"{len(day.re_enrolled)} re-enrolled, {len(day.reassigned)} have another user and {len(day.unassigned)} none"
    )
