"""`reconciler store merge-users`: two store users that are one person become one."""

import time
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env
from reconciler.cli.pipeline import where, who
from reconciler.cli.runs.apply import show_outcome
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, UsageError
from reconciler.model.plan import Action, Plan, Subject
from reconciler.model.state import Person
from reconciler.report.escaping import terminal
from reconciler.report.values import many
from reconciler.run.writes import merging


def merge_users(
    context: typer.Context,
    env: Env,
    kept: Annotated[str | None, typer.Argument(metavar="KEPT", help="The user that stays: UPN, mail or name.")] = None,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="The one that becomes it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Merge them; without it nothing is changed.")] = False,
) -> int:
    """Show what making one store user of KEPT and OTHER changes in ENV's store; `--yes` does it (U4).

    Assets of OTHER become KEPT's, KEPT gets what it lacks, and goes by OTHER's Entra id too; `undo` puts it back.
    Without KEPT and OTHER, the users that share a UPN, a mail address or an employee id are listed.
    """
    started = time.monotonic()
    with Talk() as talk:
        around = surroundings(context, env, talk)
        if kept is None:
            return _list(merging.find_pairs(around))
        if other is None:
            raise UsageError("Name both store users: reconciler store merge-users ENV KEPT OTHER")
        merge = merging.plan(around, kept, other)
    _show(merge.plan)
    if not yes:
        say("Nothing was changed. Add --yes to merge them.")
        return ExitCode.DONE
    show_outcome(merging.write(around, merge, who=who(), where=where()), time.monotonic() - started)
    return ExitCode.DONE


def _list(pairs: list[tuple[Person, Person]]) -> int:
    if not pairs:
        say("No two store users share a UPN, a mail address or an employee id.")
    for pair in pairs:
        printing.write(" = ".join(terminal(_described(each)) for each in pair) + "\n")
    return ExitCode.DONE


def _described(person: Person) -> str:
    known = [each for each in (person.upn, person.mail, person.employee_id, person.entra_id) if each]
    return f"{person.name} ({', '.join(dict.fromkeys(known))})" if known else person.name


def _show(plan: Plan) -> None:
    links = sum(change.subject is Subject.ASSET for change in plan.changes)
    for change in plan.changes:
        if change.subject is not Subject.USER:
            continue
        sign = "-" if change.action is Action.DELETE else "~"
        printing.write(f"  {sign} {terminal(change.label)} ({terminal(change.name)})\n")
        if change.action is Action.UPDATE:
            for each in change.attributes:
                before, after = (terminal(str(value or "empty")) for value in (each.before, each.after))
                printing.write(f"      {each.name}: {before} → {after}\n")
    printing.write(f"{many(links, 'asset')} linked anew\n")
