"""The `reconciler` command: its options, its commands, and every error as one paragraph and an exit code (V4)."""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException
from typer.main import get_command

import reconciler
from reconciler.cli.command_table import Root
from reconciler.cli.global_options import Global
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.broken_pipe import let_go
from reconciler.cli.terminal.gc_tuning import collect_no_more, collect_rarely
from reconciler.cli.terminal.interrupts import heed_interrupts, was_interrupted
from reconciler.cli.terminal.progress import LogFormat, choose, complain, talking
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.interrupts import let_through

_EXTRAS: Final = {"apprise": "notify", "distributed": "cluster", "psycopg": "postgresql", "trustme": "simulator"}
"""Which extra brings a package that the default installation lacks."""

app = typer.Typer(
    name="reconciler",
    no_args_is_help=True,
    cls=Root,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        printing.write(f"reconciler {reconciler.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    environments: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder that holds one folder for each instance.")
    ] = Path("environments"),
    overlay: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="RECONCILER_OVERLAY",
            exists=True,
            file_okay=False,
            help="A folder of YAML laid over the environment's files, for trying things; never counts as committed.",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat,
        typer.Option(help="What is said while working, on stderr: text, or a line of JSON each for machines."),
    ] = LogFormat.TEXT,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback ends the program
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Mirror Intune's devices into an asset store: settings in Git, a plan to review, an apply that can be explained.

    A day's work: `validate` the settings, `plan` to see what would change, `apply` to do it, `history` and `show` to
    see what was done. `demo` tells the whole story against a simulated tenant.

    Exit codes: 0 done, 1 error, 2 changes pending (plan --detailed-exitcode), 3 over a limit, 4 stale plan, 5 done but
    part is unknown, 64 wrong usage, 130 interrupted.
    """
    choose(log_format)
    context.obj = Global(environments, overlay, log_format, debug)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; only with --debug is anything raised."""
    let_through()
    with talking():
        try:
            code = get_command(app).main(args=list(arguments), prog_name="reconciler", standalone_mode=False)
        except (KeyboardInterrupt, typer.Abort):
            return ExitCode.INTERRUPTED
        except SystemExit:
            return ExitCode.DONE  # typer leaves so when the reader of its help went away
        except Exception as error:
            if not isinstance(error, TyperException) and was_interrupted():
                return ExitCode.INTERRUPTED
            if "--debug" in arguments and not isinstance(error, TyperException | ReconcilerError):
                raise
            message, failed = _explained(error)
            complain(message, failed)
            return failed
        return int(code or 0)


def _explained(error: Exception) -> tuple[str, ExitCode]:
    """Return an error as one paragraph, and its exit code."""
    match error:
        case TyperException():
            return _misused(error), ExitCode.USAGE
        case ReconcilerError():
            return str(error), error.exit_code
        case ModuleNotFoundError() if extra := _EXTRAS.get((error.name or "").partition(".")[0]):
            return (
                f"This needs the package `{error.name}`, which is not installed. Run: pip install "
                f'"it-asset-reconciler[{extra}]"'
            ), ExitCode.ERROR
        case _:
            return _unexpected(error), ExitCode.ERROR


def _misused(error: TyperException) -> str:
    """Return what is wrong with the command line and where help is; the help itself where a command is missing."""
    text = error.format_message().replace("Value error, ", "")
    if text.startswith("Usage:"):
        return text
    path = getattr(getattr(error, "ctx", None), "command_path", "reconciler")
    return f"{text.rstrip('.')}. See: {path} --help"


def _unexpected(error: Exception) -> str:
    return (
        f"Unexpected error: {type(error).__name__}: {error}. It is a defect of this program; run again with "
        f"`reconciler --debug …` to see where, and please report it."
    )


def main() -> None:
    """Run the command line's command and exit with its code; SIGTERM interrupts as Ctrl-C does."""
    collect_rarely()
    heed_interrupts()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        let_go(sys.stdout)
    if code == ExitCode.INTERRUPTED:
        complain("Interrupted. What was not finished was not kept.", code)
        sys.stderr.flush()
        os._exit(code)  # requests that are under way would keep the process until they are answered
    collect_no_more()
    sys.exit(code)
