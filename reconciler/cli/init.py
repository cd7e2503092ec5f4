"""`reconciler init`: a starting point for settings of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import printing
from reconciler.cli.progress import say
from reconciler.errors import ExitCode


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(short_help="Write settings to start from.")(init)


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder, best a Git repository; made when missing.")
    ],
) -> int:
    """Write commented settings to start from into DIR: environments prod and uat, and the schemas that editors use.

    They validate as they are. Nothing that is there is overwritten.
    """
    from reconciler.configuration.template import start  # noqa: PLC0415 - pydantic is heavy

    for path in start(folder):
        printing.write(str(path))
    say(
        f"Next, in {folder}: put your organisation and sites into catalogue.yaml, tenantId and clientId into "
        "connection.yaml, then run `reconciler validate` and `reconciler test prod`."
    )
    return ExitCode.DONE
