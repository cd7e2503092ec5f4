"""`reconciler diff`: how two environments' settings differ, or one's at two commits."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from reconciler.cli.global_options import Global
from reconciler.cli.options import environment_names
from reconciler.cli.settings.difference_lines import difference_lines
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.differences import pending
from reconciler.configuration.documents import document
from reconciler.configuration.git.at_commit import load_at
from reconciler.configuration.loader import load_environment
from reconciler.errors import ExitCode
from reconciler.settings.environment import Environment


class DiffFormat(StrEnum):
    """How differences are shown."""

    TEXT = "text"
    JSON = "json"


def diff(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Argument(
            metavar="A", autocompletion=environment_names, help="An environment, or ENV@REF: one as a commit has it."
        ),
    ],
    after: Annotated[
        str,
        typer.Argument(
            metavar="B", autocompletion=environment_names, help="Another one, or the same at another commit."
        ),
    ],
    form: Annotated[DiffFormat, typer.Option("--format", help="How differences are shown.")] = DiffFormat.TEXT,
) -> int:
    """Show how the settings of B differ from those of A, setting by setting, defaults written out.

    `diff prod@HEAD prod` shows what is not committed, `diff prod@main prod` what a branch changes, `diff uat prod` what
    `promote` would bring.
    """
    changes = pending(document(_environment(context, before)), document(_environment(context, after)))
    if form is DiffFormat.JSON:
        shown = [{"path": each.path, "before": each.before, "after": each.after} for each in changes]
        printing.put(json.dumps(shown, indent=2, ensure_ascii=False).encode() + b"\n")
        return ExitCode.DONE

    printing.page(difference_lines(changes))
    say(f"{len(changes) or 'No'} setting{'' if len(changes) == 1 else 's'} differ{'s' if len(changes) == 1 else ''}.")
    return ExitCode.DONE


def _environment(context: typer.Context, named: str) -> "Environment":

    options: Global = context.obj
    name, at, ref = named.partition("@")
    if at:
        return load_at(options.environments, name, ref).settled()
    return load_environment(options.environments, name, with_commit=False).settled()
