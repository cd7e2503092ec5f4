"""`reconciler assets`: every asset at a glance, and why it is not updated; only the store is read."""

from enum import StrEnum
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env, duration
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode
from reconciler.inventory.overview import Tie, overview
from reconciler.report import assets as report
from reconciler.run.plans.reading import last_seen


class AssetsFormat(StrEnum):
    """How assets are shown."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def assets(
    context: typer.Context,
    env: Env,
    *,
    not_updated: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Those that no read of this long updated, for example 7d: also unbound."),
    ] = None,
    unbound: Annotated[bool, typer.Option("--unbound", help="Those that no device was ever matched to.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Those whose device the last read lacked.")] = False,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those whose device is gone from Intune.")] = False,
    excluded: Annotated[bool, typer.Option("--excluded", help="Those whose device the settings leave out.")] = False,
    superseded: Annotated[
        bool, typer.Option("--superseded", help="Those beside whose device Intune lists earlier enrolments of it.")
    ] = False,
    form: Annotated[AssetsFormat, typer.Option("--format", help="How they are shown.")] = AssetsFormat.TABLE,
) -> int:
    """List ENV's assets: what ties each to Intune, when it was last read there, and why it is not updated.

    With several filters, an asset that one of them fits is listed. A device that a later enrolment superseded has no
    asset of its own: it is shown at the asset of the later one.
    """
    asked = {Tie.UNBOUND: unbound, Tie.MISSING: missing, Tie.DELETED: deleted, Tie.EXCLUDED: excluded}
    seconds = None if not_updated is None else duration(not_updated, "--not-updated")
    with Talk() as talk:
        around = surroundings(context, env, talk)
        state = last_seen(around)
    wanted = {tie for tie, is_asked in asked.items() if is_asked}
    views = overview(
        around.environment, state, now=around.now(), ties=wanted, not_updated=seconds, superseded=superseded
    )
    match form:
        case AssetsFormat.TABLE:
            printing.page(report.assets_text(views, width=printing.width()))
            if excluded:
                say(f"A device that was always left out has no asset; see: reconciler plan {env} --all")
        case AssetsFormat.CSV:
            printing.put(b"".join(report.assets_csv(views)))
        case AssetsFormat.JSON:
            printing.put(report.assets_json(views))
    return ExitCode.DONE
