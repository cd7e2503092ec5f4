"""`reconciler schema`: what is generated from the settings models, the JSON Schemas and the docs' reference (K1)."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.commands_page import commands_page
from reconciler.cli.terminal.progress import say
from reconciler.configuration.schemas import generate
from reconciler.configuration.settings_reference import with_reference
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.report.rules import rules_page


def schema(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where to write them.")] = Path(
        "schemas"
    ),
    reference: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the settings' reference into this page too, between its marks."),
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the page about every command too.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the page about every rule too.")] = None,
) -> int:
    """Write the JSON Schemas of every settings file and of saved plans."""
    files = {output / name: text for name, text in generate().items()}
    try:
        output.mkdir(parents=True, exist_ok=True)
        if reference is not None:
            files[reference] = with_reference(reference.read_text(encoding="utf-8")).encode()
        if commands is not None:
            files[commands] = commands_page(context.find_root().command).encode()
        if rules is not None:
            files[rules] = rules_page().encode()
        for path, text in sorted(files.items()):
            path.write_bytes(text)
            say(str(path))
    except OSError as error:
        raise ReconcilerError(
            f"{error.filename or output} cannot be written: {error.strerror}. Name another folder or page."
        ) from error
    return ExitCode.DONE
