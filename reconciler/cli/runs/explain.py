"""`reconciler explain`: the whole story of one asset or device (J3)."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, warn
from reconciler.errors import ExitCode
from reconciler.report.text.explain import story_text
from reconciler.run import explaining


def explain(
    context: typer.Context,
    env: Env,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A tag, device id, serial number or name.")],
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Explain from a recording: no network, no store, no credential, no journal."),
    ] = None,
    as_if_enabled: Annotated[
        bool, typer.Option("--as-if-enabled", help="With connections that are not enabled here too (E2).")
    ] = False,
) -> int:
    """Tell the whole story of one asset or device of ENV: how it matched, and what each setting makes of it, and why.

    Each rule tried and why it lost, each mapping step by step, user and site, status and presence, limits, pins, what
    a plan does now, and what the journal says it did. Nothing is written.
    """
    warning = None
    with Talk() as talk:
        around = surroundings(context, env, talk)
        if recording is None:
            story, warning = explaining.explain_live(around, what, as_if_enabled=as_if_enabled)
        else:
            story = explaining.explain_recorded(around, recording, what, as_if_enabled=as_if_enabled)
    if warning:
        warn(warning)
    printing.page(story_text(story, width=printing.width()))
    return ExitCode.DONE
