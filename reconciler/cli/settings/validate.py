"""`reconciler validate`: every problem of every file, each with its place (K2, K3)."""

from enum import StrEnum
from typing import Annotated

import typer

from reconciler.cli.global_options import Global
from reconciler.cli.options import environment_names
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.loader import environments_in, load_environment
from reconciler.configuration.parsing.problems import Format, by_place, errors, rendered, strictly
from reconciler.errors import ExitCode


class ProblemFormat(StrEnum):
    """How problems are shown."""

    TEXT = "text"
    GITHUB = "github"
    JSON = "json"


def validate(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="ENV", autocompletion=environment_names, help="Environments; all when left out."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
    form: Annotated[ProblemFormat, typer.Option("--format", help="How problems are shown.")] = ProblemFormat.TEXT,
) -> int:
    """Check the settings of environments; needs no secret, no store and no network.

    Shows every problem of all files at once, with file:line:column, and exits with 1 when there is an error.
    """
    options: Global = context.obj
    chosen = names or environments_in(options.environments)
    found = [
        problem
        for name in chosen
        for problem in load_environment(options.environments, name, overlay=options.overlay, with_commit=False).problems
    ]
    problems = by_place(strictly(found) if strict else found)
    printing.put(rendered(problems, Format(form.value)).encode())
    wrong = errors(problems)
    if not problems:
        say(f"{', '.join(chosen)}: valid." if chosen else f"{options.environments} holds no environment.")
    else:
        say(f"{_many(len(wrong), 'error')}, {_many(len(problems) - len(wrong), 'warning')}.")
    return ExitCode.ERROR if wrong else ExitCode.DONE


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
