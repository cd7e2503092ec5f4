"""`reconciler promote`: one environment's settings for another, the difference shown first."""

from typing import Annotated

import typer

from reconciler.cli.global_options import Global
from reconciler.cli.options import can_ask, environment_names
from reconciler.cli.settings.difference_lines import difference_lines
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.promotion import carry_out, prepare
from reconciler.errors import ExitCode, NotConfirmedError, UsageError
from reconciler.run.cases.testing import check_cases


def promote(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="A", autocompletion=environment_names, help="The environment whose settings are promoted."
        ),
    ],
    target: Annotated[
        str, typer.Argument(metavar="B", autocompletion=environment_names, help="The environment that gets them.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
) -> int:
    """Copy A's catalogue and connections to B, with their comments, order and quotes; never instance.yaml.

    B's own tenantId, clientId, cloud and authentication stay, connections that only B has too. The difference is shown
    first. Nothing is changed when the result would not validate, or when one of its test cases would fail.
    """
    if source == target:
        raise UsageError(f"{source} has its own settings already; name two environments.")
    options: Global = context.obj
    promotion = prepare(options.environments, source, target)
    check_cases(promotion.result, disabled_too=True)
    if not promotion.files and not promotion.renamed:
        say(f"{target} has the settings of {source} already.")
        return ExitCode.DONE
    printing.show(difference_lines(promotion.differences))
    if not promotion.differences:
        say("The settings mean the same; comments, layout or test cases differ.")
    for name in promotion.only_there:
        say(f"connections/{name} is only in {target}, and stays as it is.")
    can_ask(yes)
    if not yes and not typer.confirm(f"Write this to {options.environments / target}?", err=True):
        raise NotConfirmedError("Not promoted: it was not confirmed. Nothing was written.")
    carry_out(options.environments, target, promotion)
    files = "1 file" if len(promotion.files) == 1 else f"{len(promotion.files)} files"
    say(f"Wrote {files} of {target}. Review and commit them; the next apply of {target} uses them.")
    return ExitCode.DONE
