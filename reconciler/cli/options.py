"""Options that several commands share, and the environment that they name."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.terminal.progress import LogFormat, Talk, warn
from reconciler.errors import NotConfirmedError, ReconcilerError, UsageError

if TYPE_CHECKING:
    from reconciler.configuration.loader import Loaded
    from reconciler.run.context import AtStore, Surroundings


def environment_names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the environments whose names begin so, for the completion of a shell; none where there is no folder."""
    folder = Path(context.find_root().params.get("environments") or "environments")
    if not folder.is_dir():
        return []
    names = (each.name for each in folder.iterdir() if (each / "instance.yaml").is_file())
    return sorted(name for name in names if name.startswith(incomplete))


Env = Annotated[
    str,
    typer.Argument(
        metavar="ENV", help="The environment: a folder below --environments.", autocompletion=environment_names
    ),
]
Allow = Annotated[
    list[str],
    typer.Option(metavar="KIND=N", help="Raise one limit for this run, for example deletedInIntune=120 (R4)."),
]


@dataclass(frozen=True, slots=True)
class Global:
    """The options before the command."""

    environments: Path
    overlay: Path | None
    log_format: LogFormat
    debug: bool


def surroundings(context: typer.Context, name: str, talk: Talk) -> "Surroundings":
    """Load an environment and put it where it runs; SettingsError with every problem when it has errors."""
    return surroundings_of(context, load(context, name), talk)


def load(context: typer.Context, name: str, *, with_commit: bool = True) -> "Loaded":
    """Read and check an environment, laid over as the command line says."""
    from reconciler.configuration.loader import load_environment  # noqa: PLC0415 - pydantic is heavy

    options: Global = context.obj
    return load_environment(options.environments, name, overlay=options.overlay, with_commit=with_commit)


def surroundings_of(context: typer.Context, loaded: "Loaded", talk: Talk) -> "Surroundings":
    """Put a loaded environment where it runs; SettingsError with every problem when it has errors."""
    from reconciler.run.context import Surroundings  # noqa: PLC0415 - pydantic is heavy

    options: Global = context.obj
    return Surroundings(
        environment=loaded.settled(),
        environments=options.environments,
        overlaid=loaded.overlay is not None,
        variables=os.environ,
        progress=talk,
        phase=talk.phase,
    )


def at_store(context: typer.Context, name: str) -> "AtStore":
    """Put an instance at its store, for a command that needs no other settings: what is wrong with those is a warning.

    SettingsError with every problem when `instance.yaml` has one.
    """
    loaded = load(context, name, with_commit=False)
    found = at_store_of(context, loaded)
    if loaded.environment is None:
        warn(f"{loaded.in_words()}, in files that this command does not need. To see them: reconciler validate {name}")
    return found


def at_store_of(context: typer.Context, loaded: "Loaded") -> "AtStore":
    """Put a loaded instance at its store; SettingsError with every problem when `instance.yaml` has one."""
    from reconciler.run.context import AtStore  # noqa: PLC0415 - pydantic is heavy

    options: Global = context.obj
    return AtStore(loaded.settled_instance(), options.environments, os.environ)


def duration(text: str, option: str) -> int:
    """Return an option's duration in seconds.

    Raises:
        UsageError: it is not a number and its unit.
    """
    from reconciler.settings.base import seconds  # noqa: PLC0415 - pydantic is heavy

    if not re.fullmatch(r"[1-9][0-9]{0,5}[smhd]", text):
        raise UsageError(f"{option} {text}: it has to be a number and its unit, s, m, h or d: 7d, 36h.")
    return seconds(text)


def can_be_written(file: Path | None) -> None:
    """Refuse a file that cannot be made where it is named, before anything is read for it."""
    if file is None or (file.parent.is_dir() and not file.is_dir()):
        return
    what = "it is a folder" if file.is_dir() else f"there is no folder {file.parent}"
    raise ReconcilerError(f"{file} cannot be written: {what}. Nothing was read or changed. Name another file.")


def can_ask(yes: bool, otherwise: str = "") -> None:
    """Refuse to go on where there is nobody to ask, unless it was said in advance."""
    if not yes and not sys.stdin.isatty():
        raise NotConfirmedError(f"There is no terminal to ask on, and nothing was done. Add --yes{otherwise}.")


def allowances(values: list[str]) -> dict[str, int]:
    """Return `--allow KIND=N` options as numbers by kind.

    Raises:
        UsageError: one is not of that form, or names no kind.
    """
    from reconciler.model.plan import Kind  # noqa: PLC0415 - msgspec only where it is used

    allowed: dict[str, int] = {}
    for value in values:
        kind, equals, number = value.partition("=")
        if not equals or not number.isascii() or not number.isdigit():
            raise UsageError(f"--allow {value}: it has to be KIND=N, for example deletedInIntune=120.")
        if kind not in set(Kind):
            raise UsageError(f"--allow {value}: there is no limit `{kind}`. The kinds are {', '.join(Kind)}.")
        allowed[kind] = int(number)
    return allowed
