"""`--trace FILE`: an option of every command that may send requests."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command


def trace_option() -> Any:
    """Return the option, which begins the trace itself; a command's function is not given it."""
    alone = typer.Typer(add_completion=False)
    alone.command()(_with_trace)
    return get_command(alone).params[0]


def _begin(context: typer.Context, file: Path | None) -> None:
    if file is not None and not context.resilient_parsing:
        from reconciler.request_trace import traced  # noqa: PLC0415 - requests is heavy

        context.with_resource(traced(file))


def _with_trace(
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=_begin,
            expose_value=False,
            help="Write every HTTP request here: a line of JSON each, without secrets.",
        ),
    ] = None,
) -> None:
    """Carry the option."""
