"""The `reconciler` command: its options, its commands, and every error as one paragraph and an exit code (V4)."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

import reconciler
from reconciler.cli import apply, demo, history, plan, record, schema, simulate, store, validate
from reconciler.cli.options import Global
from reconciler.cli.talk import complain
from reconciler.errors import ExitCode, ReconcilerError

app = typer.Typer(
    name="reconciler",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
            help="A folder of YAML laid over the environment's files, for trying things; never counts as committed.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Mirror Intune's devices into an asset store: settings in Git, a plan to review, an apply that can be explained.

    A day's work: `validate` the settings, `plan` to see what would change, `apply` to do it, `history` and `show` to
    see what was done. `demo` tells the whole story against a simulated tenant.

    Exit codes: 0 done, 1 error, 2 changes pending (plan --detailed-exitcode), 3 over a limit, 4 stale plan, 5 done but
    part is unknown, 64 wrong usage, 130 interrupted.
    """
    if version:
        typer.echo(f"reconciler {reconciler.__version__}")
        raise typer.Exit
    context.obj = Global(environments, overlay, debug)


validate.add_to(app)
plan.add_to(app)
apply.add_to(app)
record.add_to(app)
history.add_to(app)
store.add_to(app)
schema.add_to(app)
simulate.add_to(app)
demo.add_to(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing is raised."""
    try:
        code = get_command(app).main(args=list(arguments), prog_name="reconciler", standalone_mode=False)
    except TyperException as error:
        complain(f"{error.format_message()} {_help_for(error)}")
        return ExitCode.USAGE
    except (KeyboardInterrupt, typer.Abort):
        complain("Interrupted. Nothing more was done.")
        return ExitCode.INTERRUPTED
    except typer.Exit as left:
        return left.exit_code
    except ReconcilerError as error:
        complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        return _quietly_closed()
    except Exception as error:
        if "--debug" in arguments:
            raise
        complain(
            f"Unexpected error: {type(error).__name__}: {error}. It is a defect of this program; run again with "
            f"`reconciler --debug …` to see where, and please report it."
        )
        return ExitCode.ERROR
    return int(code or 0)


def _help_for(error: TyperException) -> str:
    """Return where help is for a command that was used wrongly."""
    path = getattr(getattr(error, "ctx", None), "command_path", "reconciler")
    return f"See: {path} --help"


def _quietly_closed() -> int:
    """Return the code of a command whose reader (`head`, `less`) went away: that is no error of ours."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.DONE


def main() -> None:
    """Run the command line's command and exit with its code."""
    sys.exit(run(sys.argv[1:]))
