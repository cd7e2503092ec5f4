"""`reconciler demo`: the main job as a story, against a simulated tenant on this machine.

It runs on the example settings that `init` writes. What differs (the simulator's addresses, a store in a temporary
folder) is laid over them from a folder of the demo's own, with --overlay.
"""

import contextlib
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from reconciler.cli.global_options import Global
from reconciler.cli.learning.demo_stores import DemoStore, StoreKind, demo_store
from reconciler.cli.main import run
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.template import examples
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.days import Day
from reconciler.simulator.tenant.tenant import Tenant
from reconciler.store import open_store

_INSTANCES = ("prod", "uat")
_LIMITS = "limits:\n  deletedInIntune: {percent: 3, count: 10}\n"
"""What the story runs into, whatever the example's limits are."""


def demo(
    context: typer.Context,
    devices: Annotated[int, typer.Option(min=100, max=100_000, help="How many devices the tenant has.")] = 200,
    users: Annotated[int, typer.Option(min=10, max=100_000, help="How many users the tenant has.")] = 160,
    store: Annotated[StoreKind, typer.Option(help="Where the assets are kept.")] = StoreKind.SQL,
) -> int:
    """Tell the main job as a story: a simulated tenant, its first import, its next day, a limit, an undo.

    It runs on the example settings that `init` writes, touches nothing of yours and cleans up after itself.
    """
    options: Global = context.obj
    with (
        tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder,
        Simulator(Tenant.generate(devices=devices, users=users, now=_today())) as simulator,
        demo_store(store, Path(folder), Path(simulator.ca_file)) as kept,
        _variables({**simulator.environment(), **kept.variables, **_columns()}),
    ):
        overlay = _overlay(Path(folder), simulator, kept)
        _tell(_Story(options, overlay, simulator), kept)
    return ExitCode.DONE


def _today() -> datetime:
    """Return the time that the tenant begins at: now, or a saved plan of it would be too old to apply."""
    return datetime.now(UTC).replace(microsecond=0)


def _overlay(folder: Path, simulator: "Simulator", kept: DemoStore) -> Path:
    """Write the files that are laid over the committed ones: where the simulator and the stores are."""
    for instance in _INSTANCES:
        connection = folder / "overlay" / instance / "connections" / "intune"
        connection.mkdir(parents=True)
        tenant = f"tenantId: {simulator.tenant.tenant_id}\nclientId: {simulator.tenant.application.client_id}\n"
        (connection / "connection.yaml").write_text(tenant + simulator.cloud_block())
        store = kept.instance if instance == "prod" else f"store:\n  url: sqlite:///{folder / instance}.db\n"
        (folder / "overlay" / instance / "instance.yaml").write_text(f"{store}{_LIMITS}")
    if kept.imports:
        (folder / "overlay" / "prod" / "connections" / "intune" / "imports.yaml").write_text(kept.imports)
    return folder / "overlay"


def _columns() -> dict[str, str]:
    """Return the width of the story: it is for reading, in a file as well."""
    return {} if sys.stdout.isatty() or os.environ.get("COLUMNS") else {"COLUMNS": "80"}


@contextlib.contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables while the demo runs."""
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
        self._folder = overlay.parent
        folders = ["--environments", str(examples()), "--overlay", str(overlay)]
        self._before = [*folders, "--log-format", options.log_format, *(["--debug"] if options.debug else [])]

    def say(self, text: str) -> None:
        """Say what comes next."""
        wrapper = textwrap.TextWrapper(printing.width(), "── ", "   ", break_on_hyphens=False)
        printing.write("\n" + wrapper.fill(text))

    def run(self, *arguments: str, code: ExitCode = ExitCode.DONE) -> None:
        """Run a command in the demo's folder; the story ends when it exits with another code."""
        printing.show([Text(), Text(f"$ reconciler {' '.join(arguments)}", style="bold")])
        with contextlib.chdir(self._folder):
            found = run([*self._before, *arguments])
        if found == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if found != code:
            raise ReconcilerError(f"The demo ends here: `reconciler {' '.join(arguments)}` exited with {found}.")

    def last_run(self) -> str:
        """Return the id of production's last run that changed anything."""
        with open_store(f"sqlite:///{self._folder / 'prod.db'}") as store:
            return next(each.run_id for each in store.history(5) if each.counts)


def _tell(story: _Story, kept: DemoStore) -> None:
    """Tell the whole story, one command after the other; ReconcilerError when UAT asked for anything."""
    tenant = story.simulator.tenant
    if kept.about:
        story.say(kept.about)
    story.say(
        f"A tenant with {len(tenant.devices.items)} devices and {len(tenant.users.items)} users is simulated at "
        f"{story.simulator.graph}. The settings are those of environments/prod; --overlay adds only where the "
        "simulator and a fresh store are."
    )
    story.run("validate", "prod", "uat")
    if kept.first:
        story.say("What the store's documentation leaves open is tried on a scratch asset, and the answers are kept.")
        for command in kept.first:
            story.run(*command)
    story.say("The first plan: an empty store, so everything is new. It is saved, and nothing else is written.")
    story.run("plan", "prod", "--summary", "-o", "first.plan", *kept.allow)
    story.say("Apply exactly that. (Production insists on committed settings; an overlay never is, hence the option.)")
    because = ("--because", "the first import") if kept.allow else ()
    story.run("apply", "prod", "first.plan", "--allow-uncommitted", *kept.allow, *because)
    story.say("Plan again: the store is what the settings and Intune say.")
    story.run("plan", "prod", "--summary")
    day = tenant.next_day(new=2, gone=1, renamed=1, re_enrolled=1, reassigned=1, unassigned=1)
    story.say(f"A day passes in the tenant: {_happened(day)}.")
    story.run("plan", "prod", "-o", "day.plan")
    if kept.spoil:
        kept.spoil()
        story.say(
            "The answer to one write is lost, and later the right to write is taken away: the apply stops half way."
        )
        story.run("apply", "prod", "day.plan", "--allow-uncommitted", code=ExitCode.ERROR)
        kept.mend()
        story.say("With the right back, the next apply finishes first what was interrupted.")
        story.run("apply", "prod", "--yes", "--allow-uncommitted")
    else:
        story.run("apply", "prod", "day.plan", "--allow-uncommitted")
    gone = len(tenant.devices.items) // 10
    tenant.next_day(new=0, gone=gone, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)
    story.say(f"A bad day: {gone} devices are gone at once. A limit stops what nobody allowed.")
    story.run("plan", "prod", "--summary", code=ExitCode.OVER_LIMIT)
    story.say("Who did what; and the day's run is put back, where nobody changed it since.")
    story.run("history", "prod")
    story.run("undo", "prod", story.last_run(), "--yes")
    if kept.audit:
        story.say(kept.audit())
    story.say("UAT has the same connection, kept out by `enabledForInstances: production-only`.")
    before = story.simulator.tally.total
    story.run("apply", "uat", "--yes")
    asked = story.simulator.tally.total - before
    story.say(f"The simulator counted {asked} requests from UAT, and {before} from production.")
    if asked:
        raise ReconcilerError("UAT must not have asked for anything.")
    say("That was the demo; everything it made is gone again.")


def _happened(day: "Day") -> str:
    return (
        f"devices are new ({len(day.new)}), gone ({len(day.gone)}), renamed ({len(day.renamed)}), re-enrolled "
        f"({len(day.re_enrolled)}), have another user ({len(day.reassigned)}) and none ({len(day.unassigned)})"
    )
