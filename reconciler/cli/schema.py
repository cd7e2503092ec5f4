"""`reconciler schema`: the JSON Schemas of the settings and of plans, generated from the models (K1)."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.talk import say
from reconciler.errors import ExitCode, ReconcilerError


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(short_help="Write the JSON Schemas of settings and plans.")(schema)


def schema(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write them.")] = Path(
        "schemas"
    ),
) -> int:
    """Write the JSON Schemas of every settings file and of saved plans."""
    from reconciler.configuration.schemas import generate  # noqa: PLC0415 - pydantic is heavy

    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in sorted(generate().items()):
            (output / name).write_bytes(text)
            say(str(output / name))
    except OSError as error:
        raise ReconcilerError(
            f"The schemas could not be written to {output}: {error.strerror}. Name another folder."
        ) from error
    return ExitCode.DONE
