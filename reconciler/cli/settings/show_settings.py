"""`reconciler show-settings`: what an environment's settings come to, with the file of each value (K9)."""

from typing import Annotated

import typer

from reconciler.cli.context import load
from reconciler.cli.options import Env
from reconciler.cli.terminal import printing
from reconciler.configuration.origins import settings_text
from reconciler.errors import ExitCode


def show_settings(
    context: typer.Context,
    env: Env,
    origin: Annotated[
        bool, typer.Option("--origin/--no-origin", help="Name the file and line of each value beside it.")
    ] = True,
) -> int:
    """Show what ENV's settings come to: its own files, and what is laid under them and over them."""
    loaded = load(context, env, with_commit=False)
    loaded.settled()
    printing.put(settings_text(loaded.documents, with_origin=origin).encode())
    return ExitCode.DONE
