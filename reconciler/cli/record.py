"""`reconciler record`: everything a plan needs besides the settings, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.options import Env, can_be_written, surroundings
from reconciler.cli.talk import Talk, say, warn
from reconciler.errors import ExitCode


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(short_help="Save what a plan needs, for plan --recording.")(record)


def record(
    context: typer.Context,
    env: Env,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file; .gz compresses it.")],
) -> int:
    """Record what is read from the store and from Intune, with every list property, for `plan --recording`.

    A recording holds personal data: names, addresses, serial numbers. The file can be read by its owner only.
    """
    from reconciler.recordings import write_recording  # noqa: PLC0415 - only where it is used
    from reconciler.run.reading import Wanted, read  # noqa: PLC0415 - pydantic is heavy

    can_be_written(output)
    with Talk() as talk:
        recording, warning = read(surroundings(context, env, talk), Wanted(everything=True))
    write_recording(recording, output)
    if warning:
        warn(warning)
    if not recording.snapshots and not recording.failures:
        say(f"No connection is enabled for {env}, so the recording holds the store's state only.")
    unknown = [part for snapshot in recording.snapshots for part in snapshot.unknown_parts()]
    for part in unknown:
        warn(f"{part.part} unknown: {part.why}")
    for name, why in sorted(recording.failures.items()):
        warn(f"connection {name} could not be read: {why}")
    say(f"Saved the recording as {output}. It holds personal data.")
    return ExitCode.PARTLY_UNKNOWN if unknown or recording.failures else ExitCode.DONE
