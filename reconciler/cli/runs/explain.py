"""`reconciler explain`: the whole story of one asset or device (J3), or what a rule means (V8)."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, warn
from reconciler.errors import ExitCode, UsageError
from reconciler.explain.rules import RULES, find_rule
from reconciler.report.rules import rule_text
from reconciler.report.text.explain import story_text
from reconciler.run.plans import explaining


def explain(
    context: typer.Context,
    env: Annotated[str, typer.Argument(metavar="ENV|RULE", help="The environment, or a rule such as M6 or 'row 5'.")],
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help="A tag, device id, serial number or name; none for a rule.")
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Explain from a recording: no network, no store, no credential, no journal."),
    ] = None,
    as_if_enabled: Annotated[
        bool, typer.Option("--as-if-enabled", help="With connections that are not enabled here too (E2).")
    ] = False,
) -> int:
    """Show why one asset or device of ENV is what it is, or what RULE means.

    How it matched, and what each setting makes of it, and why.

    Each rule tried and why it lost, each mapping step by step, user and site, status and presence, limits, pins, what
    a plan does now, and what the journal says it did. Nothing is written.
    """
    if what is None or (env.lower() == "row" and find_rule(f"row {what}")):
        return _explain_rule(env if what is None else f"{env} {what}")
    warning = None
    with Talk() as talk:
        around = surroundings(context, env, talk)
        if recording is None:
            story, warning = explaining.explain_live(around, what, as_if_enabled=as_if_enabled)
        else:
            story = explaining.explain_recorded(around, recording, what, as_if_enabled=as_if_enabled)
    if warning:
        warn(warning)
    printing.page(story_text(story, width=printing.width()))
    return ExitCode.DONE


def _explain_rule(name: str) -> int:
    rule = find_rule(name)
    if rule is None:
        near = [RULES[each].name for each in get_close_matches(name.lower(), RULES, n=3)]
        hint = f" Near are {', '.join(near)}." if near else ""
        raise UsageError(
            f"There is no rule {name!r}.{hint} `reconciler help rules` shows all of them. For an asset or device, name "
            f"the environment first: `reconciler explain ENV WHAT`."
        )
    printing.page(rule_text(rule, width=printing.width()))
    return ExitCode.DONE
