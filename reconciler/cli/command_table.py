"""Every command by name: where its function is, its line in the help, and the heading under which it stands.

A command's module is imported when the command is asked for, so that `--help` and `validate` answer at once.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from reconciler.cli.trace import trace_option

Command = Any
"""A command as typer makes it, which names no type for it."""

_ROOM: Final = "reconciler.cli"
HTTP: Final = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its name, `module:function` below `reconciler.cli`, its short help, and its heading.

    One that may send requests (`http`) has `--trace`.
    """

    name: str
    function: str
    help: str
    heading: str
    http: bool = False


TABLE: Final = (
    Entry("validate", "settings.validate:validate", "Check the settings of environments.", "Settings"),
    Entry("test", "settings.test:run_tests", "Run the settings' own test cases.", "Settings"),
    Entry("diff", "settings.diff:diff", "Show how settings differ.", "Settings"),
    Entry("promote", "settings.promote:promote", "Copy settings to another environment.", "Settings"),
    Entry("show-settings", "settings.show_settings:show_settings", "Show the settings that result.", "Settings"),
    Entry("init", "settings.init:init", "Write a settings repository to start from.", "Settings"),
    Entry("schema", "settings.schema:schema", "Write the JSON Schemas of settings and plans.", "Settings"),
    Entry("plan", "runs.plan:plan", "Show what an apply would do, and why.", "Plan and apply", HTTP),
    Entry("apply", "runs.apply:apply", "Do it: read, plan, show, ask, write.", "Plan and apply", HTTP),
    Entry("undo", "runs.undo:undo", "Put back what a run changed.", "Plan and apply", HTTP),
    Entry("record", "runs.record:record", "Save what a plan needs, for plan --recording.", "Plan and apply", HTTP),
    Entry(
        "authorize", "runs.authorize:authorize", "Prove that a connection can sign in and read.", "Plan and apply", HTTP
    ),
    Entry("status", "runs.status:status", "Show the state of a store and its connections.", "Look back"),
    Entry("history", "runs.history:history", "List the runs of a store.", "Look back"),
    Entry("show", "runs.history:show", "Show one run in full.", "Look back"),
    Entry("explain", "runs.explain:explain", "Explain one asset or device, or a rule.", "Look back", HTTP),
    Entry("assets", "runs.assets:assets", "List assets, and why each is not updated.", "Look back"),
    Entry("fleet", "fleet", "Do a command for many environments.", "Many environments"),
    Entry("store", "store", "Make, upgrade, check or move a store.", "Look back"),
    Entry("demo", "learning.demo:demo", "Show the main job on a simulated tenant.", "Find out how it works"),
    Entry("simulate", "learning.simulate:simulate", "Serve a simulated tenant.", "Find out how it works"),
    Entry("help", "learning.help_pages:show_help", "Show a page of the documentation.", "Find out how it works"),
)

STORE: Final = (
    Entry("init", "store.instance:init", "Make the store, or bring it up to date.", "Commands"),
    Entry("adopt", "store.instance:adopt", "Make a copied store this instance's own.", "Commands", HTTP),
    Entry("prove", "store.proofs:prove", "Find out how a remote store behaves.", "Commands", HTTP),
    Entry("unlock", "store.instance:unlock", "Free a lease whose holder is gone.", "Commands"),
    Entry(
        "import", "store.inventory:bring", "Bring an inventory along: create assets from a CSV file.", "Commands", HTTP
    ),
    Entry("export", "store.inventory:export", "Write every asset as CSV.", "Commands"),
    Entry("pin", "store.pins:pin", "Keep a field of an asset as people wrote it.", "Commands", HTTP),
    Entry("unpin", "store.pins:unpin", "Let a field of an asset be written again.", "Commands"),
    Entry("pins", "store.pins:pins", "List the pinned fields.", "Commands"),
    Entry("check", "store.maintenance:check", "Check that the store is consistent.", "Commands"),
    Entry("merge-users", "store.merging:merge_users", "Make one store user of two.", "Commands", HTTP),
    Entry("prune", "store.pruning:prune", "Remove the details of old runs from the journal.", "Commands"),
    Entry("upgrade", "store.maintenance:upgrade", "Bring an older store up to date.", "Commands"),
)


FLEET: Final = (
    Entry("validate", "fleets.commands:validate", "Check the settings of every environment.", "Commands"),
    Entry("plan", "fleets.commands:plan", "Show what an apply of every environment would do.", "Commands"),
    Entry("apply", "fleets.commands:apply", "Apply every environment.", "Commands"),
    Entry("record", "fleets.commands:record", "Save what a plan of every environment needs.", "Commands"),
    Entry("status", "fleets.commands:status", "Show the state of every environment.", "Commands"),
)


class Commands(MutableMapping[str, Command]):
    """A group's commands by name, in the table's order; each is imported when it is taken out."""

    def __init__(self, table: tuple[Entry, ...]) -> None:
        self._entries = {entry.name: entry for entry in table}
        self._loaded: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._loaded:
            self._loaded[name] = _load(self._entries[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> tuple[Entry, ...]:
        """Return the table's rows."""
        return tuple(self._entries.values())


class TableGroup(TyperGroup):
    """A group whose commands come out of a table, and whose help needs none of their modules."""

    table: ClassVar[tuple[Entry, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": None})
        self.commands = Commands(self.table)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as the class that it overrides
        """Write the commands' short help under their headings."""
        width = max(len(entry.name) for entry in self.table)
        for heading in dict.fromkeys(entry.heading for entry in self.table):
            with formatter.section(heading):
                formatter.write_dl(
                    [(entry.name.ljust(width), entry.help) for entry in self.table if entry.heading == heading]
                )


class Root(TableGroup):
    """The commands of `reconciler`."""

    table = TABLE


class StoreGroup(TableGroup):
    """The commands of `reconciler store`."""

    table = STORE


class FleetGroup(TableGroup):
    """The commands of `reconciler fleet`."""

    table = FLEET


_GROUPS: Final[dict[str, type[TableGroup]]] = {"store": StoreGroup, "fleet": FleetGroup}


def _load(entry: Entry) -> Command:
    """Return a command, its module imported."""
    module, _, function = entry.function.partition(":")
    if not function:
        return _group(entry)
    only = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    only.command(entry.name, short_help=entry.help)(getattr(import_module(f"{_ROOM}.{module}"), function))
    command = get_command(only)
    if entry.http:
        command.params.append(trace_option())
    return command


def _group(entry: Entry) -> Command:
    group = typer.Typer(
        cls=_GROUPS[entry.function],
        name=entry.name,
        help=f"{entry.help} Each command has a --help of its own.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    group.callback()(_nothing)
    return get_command(group)


def _nothing() -> None:
    """Do nothing before the group's command."""
