"""`reconciler history`, `show` and `status`: what was done to a store, and how it is (J1)."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.context import at_store, at_store_of, load, surroundings_of
from reconciler.cli.options import Env, duration
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, warn
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.model.run import StoreStatus
from reconciler.model.state import State
from reconciler.planning.tenants import late_reads, unconfigured_tenants
from reconciler.report.json import history_json, run_json
from reconciler.report.text import history as report
from reconciler.report.text.history import status_text
from reconciler.run import stores
from reconciler.run.credentials import all_warnings
from reconciler.run.holding import held_connections, held_words
from reconciler.run.planning import pending_settings
from reconciler.run.reading import read_state
from reconciler.run.stamps import whose
from reconciler.settings.environment import Environment

if TYPE_CHECKING:
    from rich.text import Text


Json = Annotated[bool, typer.Option("--json", help="As JSON, for machines.")]


def history(
    context: typer.Context,
    env: Env,
    limit: Annotated[int, typer.Option(min=1, help="How many runs, the newest first.")] = 20,
    json: Json = False,
) -> int:
    """List the runs of ENV: when, who, from where, with which commit, and what they changed."""
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        runs = store.history(limit)
    if json:
        printing.put(history_json(runs))
    else:
        printing.show(report.history_text(runs, width=printing.width()))
    return ExitCode.DONE


def show(
    context: typer.Context,
    env: Env,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or the beginning of it.")],
    json: Json = False,
) -> int:
    """Show one run of ENV in full: each attribute's before and after, and why."""
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        detail = store.run(run)
    if json:
        printing.put(run_json(detail))
    else:
        printing.show(report.run_text(detail, width=printing.width()))
    return ExitCode.DONE


def status(
    context: typer.Context,
    env: Env,
    max_age: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Exit with 1 when a connection was read longer ago, for example 26h."),
    ] = None,
) -> int:
    """Show how ENV's store is: whose it is, its last run and reads, bindings by presence, and pending settings.

    With --max-age it is an alarm for outside: it tells when the schedule has stopped. Where the settings have problems
    only the store is shown, and the exit code is 5; with --max-age, which asks the settings, it is 1.
    """
    most = None if max_age is None else duration(max_age, "--max-age")
    loaded = load(context, env)
    at = at_store_of(context, loaded)
    with Talk() as talk:
        with stores.open_store(at) as store:
            found = store.status()
        state = read_state(at)
    if told := whose(state.stamp, at.instance):
        warn(f"{told}: it looks like a copy.")
    printing.show(_status_lines(found, state, loaded.environment))
    if loaded.environment is None and most is None:
        warn(
            f"{loaded.in_words()}, so what is pending or held, tenants without a connection and credentials about to "
            f"end are not told. To see what is wrong: reconciler validate {env}"
        )
        return ExitCode.PARTLY_UNKNOWN
    around = surroundings_of(context, loaded, talk)
    for warning in all_warnings(around):
        warn(warning)
    late = [] if most is None else late_reads(around.environment, state, around.now(), most)
    if late:
        raise ReconcilerError(f"{'; '.join(late)}: longer ago than {max_age}. See whether the schedule still runs.")
    return ExitCode.DONE


def _status_lines(found: "StoreStatus", state: "State", environment: "Environment | None") -> "list[Text]":

    if environment is None:
        return status_text(found, width=printing.width())
    return status_text(
        found,
        pending=pending_settings(environment, state),
        unconfigured=unconfigured_tenants(environment, state),
        held=[held_words(each) for each in held_connections(environment, state)],
        width=printing.width(),
    )
