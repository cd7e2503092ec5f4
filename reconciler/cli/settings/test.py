"""`reconciler test`: the cases of tests.yaml, with no network and no store (K5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.global_options import Global
from reconciler.cli.options import Env
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.loader import load_environment
from reconciler.errors import ExitCode, UsageError
from reconciler.report.escaping import terminal
from reconciler.run.cases.testing import Miss, Verdict, run_cases
from reconciler.settings.environment import Environment


def run_tests(
    context: typer.Context,
    env: Env,
    record_case: Annotated[
        str | None,
        typer.Option(metavar="DEVICE", help="Add a case: this recorded device, by name, serial number or id."),
    ] = None,
    recording: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The recording that --record-case takes the device from.")
    ] = None,
) -> int:
    """Run the cases of ENV's tests.yaml files: what must become of a device; needs no network, store or secret.

    Exits with 1 when a case fails. `plan` and `apply` refuse to run then.
    """
    if (record_case is None) is not (recording is None):
        raise UsageError("--record-case DEVICE and --recording FILE go together.")
    environment = _environment(context, env)
    if record_case is not None and recording is not None:
        _record(context, environment, record_case, recording)
        return ExitCode.DONE
    verdicts = run_cases(environment)
    for line in _lines(verdicts):
        printing.write(terminal(line))
    failed = sum(bool(verdict.misses) for verdict in verdicts)
    say(
        f"{_many(len(verdicts))}, {failed or 'none'} failed."
        if verdicts
        else f"{env} has no cases; tests.yaml holds them."
    )
    return ExitCode.ERROR if failed else ExitCode.DONE


def _environment(context: typer.Context, name: str) -> "Environment":

    options: Global = context.obj
    return load_environment(options.environments, name, overlay=options.overlay, with_commit=False).settled()


def _lines(verdicts: "tuple[Verdict, ...]") -> Iterator[str]:
    connection = None
    for verdict in verdicts:
        if verdict.connection != connection:
            connection = verdict.connection
            yield f"connections/{connection}/tests.yaml"
        yield f"  {'FAIL' if verdict.misses else 'ok  '}  {verdict.case}"
        for miss in verdict.misses:
            yield from _miss(miss)


def _miss(miss: "Miss") -> Iterator[str]:
    yield f"        {miss.what}: expected {miss.expected}, got {miss.got}"
    if miss.because:
        yield f"          {miss.because}"


def _record(context: typer.Context, environment: "Environment", wanted: str, recording: Path) -> None:
    from reconciler.run.cases.case_recording import record_case  # noqa: PLC0415 - pydantic is heavy

    options: Global = context.obj
    made = record_case(environment, options.environments, wanted, recording)
    say(f"Added the case “{made.name}” to {made.file}. It holds what was recorded of the device and its user.")


def _many(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"
