"""`reconciler record`: everything a plan needs besides the settings, in one file."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env, can_be_written
from reconciler.cli.terminal.progress import Talk, say, warn
from reconciler.errors import ExitCode, UsageError
from reconciler.model.state import Recording
from reconciler.run.plans.reading import Wanted, read


def record(
    context: typer.Context,
    env: Env,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file; .gz compresses it.")],
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonymise", help="Replace names, addresses, serial numbers and ids of people.")
    ] = False,
    key_variable: Annotated[
        str | None,
        typer.Option(
            "--pseudonymise-key-env",
            metavar="NAME",
            help="The environment variable with the key for pseudonyms; a new key each time if left out.",
        ),
    ] = None,
) -> int:
    """Record what is read from the store and from Intune, with every list property, for `plan --recording`.

    A recording holds personal data: names, addresses, serial numbers. The file can be read by its owner only. For
    sharing, --pseudonymise replaces them, the same one with the same pseudonym; plans of it have the same shape.
    """
    from reconciler.recordings import write_recording  # noqa: PLC0415 - only where it is used
    from reconciler.run.plans.pseudonyms import pseudonymised  # noqa: PLC0415 - pydantic is heavy

    if key_variable and not pseudonyms:
        raise UsageError("--pseudonymise-key-env is the key of --pseudonymise; give both, or neither.")
    can_be_written(output)
    with Talk() as talk:
        around = surroundings(context, env, talk)
        replaced = pseudonymised(around, key_variable) if pseudonyms else None
        recording, warning = read(around, Wanted(everything=True))
    write_recording(replaced(recording) if replaced else recording, output)
    if warning:
        warn(warning)
    if not recording.snapshots and not recording.failures:
        say(f"No connection is enabled for {env}, so the recording holds the store's state only.")
    is_whole = _warn_of_parts(recording)
    say(f"Saved the recording as {output}. {_held(pseudonyms, key_variable)}")
    return ExitCode.DONE if is_whole else ExitCode.PARTLY_UNKNOWN


def _warn_of_parts(recording: Recording) -> bool:
    """Warn of every part that is unknown; return whether none is."""
    unknown = [part for snapshot in recording.snapshots for part in snapshot.unknown_parts()]
    for part in unknown:
        warn(f"{part.part} unknown: {part.why}")
    for name, why in sorted(recording.failures.items()):
        warn(f"connection {name} could not be read: {why}")
    return not unknown and not recording.failures


def _held(pseudonyms: bool, key_variable: str | None) -> str:
    """Return what is to be known of the people in a recording."""
    if not pseudonyms:
        return "It holds personal data."
    key = f"made with the key in {key_variable}" if key_variable else "made with a key of this run, which is gone now"
    return (
        f"Names, addresses, serial numbers and ids of people are pseudonyms, {key}. What people wrote into custom "
        "fields is in it as it is: look before you share it."
    )
