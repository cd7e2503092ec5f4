"""Options that several commands share."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconciler.errors import NotConfirmedError, ReconcilerError, UsageError
from reconciler.settings.base import seconds


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


class ReportFormat(StrEnum):
    """How a report is shown."""

    TEXT = "text"
    JSON = "json"


Form = Annotated[ReportFormat, typer.Option("--format", help="How it is shown; JSON is for machines.")]
Allow = Annotated[
    list[str],
    typer.Option(metavar="KIND=N", help="Raise one limit for this run, for example deletedInIntune=120 (R4)."),
]


def duration(text: str, option: str) -> int:
    """Return an option's duration in seconds.

    Raises:
        UsageError: it is not a number and its unit.
    """
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
