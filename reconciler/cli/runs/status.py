"""`reconciler status`: how a store and its connections are (J4)."""

from typing import Annotated

import typer

from reconciler.cli.context import at_store_of, load, surroundings_of
from reconciler.cli.options import Env, Form, ReportFormat, duration
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, warn
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.model.run import StoreStatus
from reconciler.model.state import State
from reconciler.planning.tenants import late_reads, unconfigured_tenants
from reconciler.report.json import status_json
from reconciler.report.text.history import status_text
from reconciler.run import stores
from reconciler.run.context import Surroundings
from reconciler.run.plans.holding import held_connections, held_words
from reconciler.run.plans.planning import pending_settings
from reconciler.run.plans.reading import read_state
from reconciler.run.signin.connections import connection_states
from reconciler.run.signin.credentials import all_warnings
from reconciler.run.stamps import whose


def status(
    context: typer.Context,
    env: Env,
    max_age: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Exit with 1 when a connection was read longer ago, for example 26h."),
    ] = None,
    form: Form = ReportFormat.TEXT,
) -> int:
    """Show how ENV's store is: its last run, each connection's last success, failure and next run, pending settings.

    With --max-age it is an alarm from outside: it reports that the schedule has stopped. Where the settings have
    problems only the store is shown, and the exit code is 5; with --max-age, which needs the settings, it is 1.
    """
    most = None if max_age is None else duration(max_age, "--max-age")
    loaded = load(context, env)
    at = at_store_of(context, loaded)
    with Talk() as talk:
        with stores.open_store(at) as store:
            found = store.status()
        state = read_state(at)
    if copied := whose(state.stamp, at.instance):
        warn(f"{copied}: it looks like a copy.")
    around = surroundings_of(context, loaded, talk) if loaded.environment is not None else None
    _show(found, state, around, form)
    if around is None:
        if most is not None:
            loaded.settled()  # raises, with every problem
        warn(
            f"{loaded.in_words()}, so pending settings, paused connections, tenants without a connection and "
            f"credentials about to end are not shown. To see what is wrong: reconciler validate {env}"
        )
        return ExitCode.PARTLY_UNKNOWN
    for warning in all_warnings(around):
        warn(warning)
    late = [] if most is None else late_reads(around.environment, state, around.now(), most)
    if late:
        raise ReconcilerError(f"{'; '.join(late)}: longer ago than {max_age}. Check that the schedule still runs.")
    return ExitCode.DONE


def _show(found: StoreStatus, state: State, around: Surroundings | None, form: ReportFormat) -> None:
    """Print the store, and what the settings add to it where they can be used."""
    if around is None:
        _put(form, status_json(found), status_text(found, width=printing.width()))
        return
    environment = around.environment
    connections = connection_states(around, state, found.last_failures)
    pending = pending_settings(environment, state)
    unconfigured = unconfigured_tenants(environment, state)
    paused = [held_words(each) for each in held_connections(environment, state)]
    data = status_json(found, connections=connections, pending=pending, paused=paused, unconfigured=dict(unconfigured))
    lines = status_text(
        found,
        connections=connections,
        pending=pending,
        unconfigured=unconfigured,
        held=paused,
        width=printing.width(),
    )
    _put(form, data, lines)


def _put(form: ReportFormat, data: bytes, lines: printing.Lines) -> None:
    if form is ReportFormat.JSON:
        printing.put(data)
    else:
        printing.page(lines)
