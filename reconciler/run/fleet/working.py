"""What a worker does: one environment's work, from settings to a row of the table; whatever happens is in the row."""

import datetime
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

import reconciler
from reconciler.configuration.git import repository
from reconciler.configuration.loader import Loaded, load_environment
from reconciler.configuration.parsing.problems import errors, strictly
from reconciler.errors import ExitCode, ReconcilerError, SettingsError, UsageError, first_exit_code
from reconciler.model.fleet import FleetImpact, FleetOptions, FleetRow, Work
from reconciler.model.plan import Plan
from reconciler.model.state import Recording, State
from reconciler.planning.tenants import late_reads, unconfigured_tenants
from reconciler.run.context import Surroundings, utc_now
from reconciler.run.fleet.time_limit import TimeLimitError, limited
from reconciler.run.plans import impact, planning, reading
from reconciler.run.plans.holding import held_connections, held_words
from reconciler.run.plans.planning import pending_settings
from reconciler.run.signin.credentials import all_ends
from reconciler.run.writes import applying

_SUFFIXES: Final = (".rec", ".rec.gz", ".recording", ".recording.gz")
_LONGEST: Final = 300


def carry_out(environment: str, options: FleetOptions) -> FleetRow:
    """Do an environment's work and return what it came to; no error leaves this function but an interrupt's."""
    began = time.monotonic()
    try:
        _check_worker(options)
        row = limited(options.time_limit, lambda: _WORK[options.work](environment, options))
    except KeyboardInterrupt:
        row = FleetRow(environment=environment, exit_code=ExitCode.INTERRUPTED, error="interrupted")
    except TimeLimitError as error:
        row = FleetRow(environment=environment, exit_code=ExitCode.ERROR, error=str(error))
    except ReconcilerError as error:
        row = FleetRow(environment=environment, exit_code=error.exit_code, error=_in_a_line(error))
    except Exception as error:
        told = f"unexpected {type(error).__name__}: {error}"
        row = FleetRow(environment=environment, exit_code=ExitCode.ERROR, error=told[:_LONGEST])
    return _timed(row, time.monotonic() - began)


def _timed(row: FleetRow, seconds: float) -> FleetRow:
    return replace(row, seconds=round(seconds, 3))


def _in_a_line(error: ReconcilerError) -> str:
    """Return an error's first line, and of settings their first problem."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    shown = " ".join(lines[:2]) if isinstance(error, SettingsError) else lines[0] if lines else type(error).__name__
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _check_worker(options: FleetOptions) -> None:
    """Refuse work for another version of the program, or for a commit that this worker's repository is not at.

    Raises:
        UsageError: says what differs.
    """
    if options.version != reconciler.__version__:
        raise UsageError(
            f"this worker has version {reconciler.__version__} of the program, and {options.version} asks for the "
            "work. Install the same version on both."
        )
    if options.commit is None:
        return
    try:
        with repository.around(Path(options.environments)) as found:
            head = found.head()
    except repository.NoRepositoryError as error:
        raise UsageError(f"the settings of this worker {error}") from error
    if head != options.commit:
        raise UsageError(
            f"this worker has the settings of {(head or 'no commit')[:10]}, and {options.commit[:10]} asks for the work"
        )


def _load(environment: str, options: FleetOptions, *, with_commit: bool = True) -> Loaded:
    overlay = Path(options.overlay) if options.overlay else None
    return load_environment(Path(options.environments), environment, overlay=overlay, with_commit=with_commit)


def _around(loaded: Loaded, options: FleetOptions) -> Surroundings:
    return Surroundings(
        environment=loaded.settled(),
        environments=Path(options.environments),
        overlaid=loaded.overlay is not None,
        variables=os.environ,
        progress=_unheard,
    )


def _unheard(_connection: str, _what: str, _count: int) -> None:
    """Hear of a read's progress: what travels back is the row alone."""


def _validate(environment: str, options: FleetOptions) -> FleetRow:
    """Check an environment's settings, and return the first error with how many more there are."""
    loaded = _load(environment, options, with_commit=False)
    problems = strictly(loaded.problems) if options.strict else loaded.problems
    wrong = errors(problems)
    warnings = len(problems) - len(wrong)
    first = f"{wrong[0].file}:{wrong[0].line}: {wrong[0].message}" if wrong else ""
    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return FleetRow(
        environment=environment,
        exit_code=ExitCode.ERROR if wrong else ExitCode.DONE,
        error=f"{first}{more}",
        notes=(f"{warnings} warning{'' if warnings == 1 else 's'}",) if warnings else (),
        digest=loaded.environment.digest if loaded.environment else None,
    )


def _plan(environment: str, options: FleetOptions) -> FleetRow:
    around = _around(_load(environment, options), options)
    if options.base is not None:
        return _plan_with_impact(around, options, options.base)
    if options.recordings is None:
        planned = planning.plan(around, {})
    else:
        planned = planning.plan_from_recording(around.environment, recording_of(environment, options), {})
    return _planned_row(around, planned)


def _planned_row(around: Surroundings, planned: planning.Planned) -> FleetRow:
    codes = {ExitCode.OVER_LIMIT} if planned.plan.over_limit() else set()
    if planned.plan.incomplete():
        codes.add(ExitCode.PARTLY_UNKNOWN)
    return _row(around, planned.plan, planned.recording, planned.recording.state, first_exit_code(codes))


def _plan_with_impact(around: Surroundings, options: FleetOptions, base: str) -> FleetRow:
    """Return the row of a plan, with what the settings cause that those at `base` would not (N4)."""
    name = around.instance.name
    overlay = Path(options.overlay) if options.overlay else None
    before = impact.base_at(around.environments, name, base, overlay)
    recording = recording_of(name, options) if options.recordings else None
    planned, caused = impact.plan_with_impact(around, before, recording, impact.Asked({}))
    affected = caused.affected()
    found = FleetImpact(
        assets=affected.assets,
        users=affected.users,
        entries=affected.entries,
        caused=caused.caused,
        prevented=caused.prevented,
        over=tuple(f"{use.kind} ({use.connection})" for use in caused.over),
        note=caused.note,
    )
    return replace(_planned_row(around, planned), impact=found)


def recording_of(environment: str, options: FleetOptions) -> Path:
    """Return an environment's recording in the folder of recordings; UsageError when there is none."""
    folder = Path(options.recordings or ".")
    found = [folder / f"{environment}{suffix}" for suffix in _SUFFIXES]
    existing = next((path for path in found if path.is_file()), None)
    if existing is None:
        raise UsageError(
            f"there is no recording {environment}{_SUFFIXES[0]} in {folder}; `fleet record -o` writes them"
        )
    return existing


def _apply(environment: str, options: FleetOptions) -> FleetRow:
    """Apply an environment without asking, and return what was done or is over a limit."""
    around = _around(_load(environment, options), options)
    kept: list[Recording] = []
    order = applying.Order(
        who=options.who,
        where=options.where,
        warn=lambda _: None,
        show=lambda _: None,
        confirm=lambda: True,
        allowances={},
        allow_uncommitted=options.allow_uncommitted,
        scheduled=options.scheduled,
        resume=options.resume,
    )
    applied = applying.apply(around, order)
    codes = {ExitCode.OVER_LIMIT} if applied.withheld else set()
    if applied.plan.incomplete():
        codes.add(ExitCode.PARTLY_UNKNOWN)
    row = _row(around, applied.plan, kept[0] if kept else None, reading.read_state(around), first_exit_code(codes))
    over = tuple(f"{use.kind} ({use.connection})" for use in applied.withheld)
    return replace(row, run=applied.outcome.run_id if applied.outcome else None, over=(*row.over, *over))


def _record(environment: str, options: FleetOptions) -> FleetRow:
    """Record an environment into the folder of recordings."""
    from reconciler.recordings import write_recording  # noqa: PLC0415 - only where it is used

    around = _around(_load(environment, options), options)
    recording, warning = reading.read(around, reading.Wanted(everything=True))
    write_recording(recording, Path(options.recordings or ".") / f"{environment}.rec.gz")
    unknown = any(snapshot.unknown_parts() for snapshot in recording.snapshots) or bool(recording.failures)
    return FleetRow(
        environment=environment,
        exit_code=ExitCode.PARTLY_UNKNOWN if unknown else ExitCode.DONE,
        devices=_devices(recording),
        last_success=_last_success(around, recording.state),
        credential_ends=_credential_ends(around),
        error="; ".join(f"{name}: {why}" for name, why in sorted(recording.failures.items()))[:_LONGEST],
        notes=(warning,) if warning else (),
    )


def _status(environment: str, options: FleetOptions) -> FleetRow:
    """Return how an environment is: what it waits for, what is held, and what was read too long ago."""
    from reconciler.run import stores  # noqa: PLC0415 - SQLAlchemy is heavy

    around = _around(_load(environment, options), options)
    with stores.open_store(around) as store:
        found = store.status()
    state = reading.read_state(around)
    late = [] if options.max_age is None else late_reads(around.environment, state, around.now(), options.max_age)
    failed = [
        f"{name} could not be read at {each.failed_at}: {each.unread.get(name) or each.error}"
        for name, each in sorted(found.last_failures.items())
    ]
    return FleetRow(
        environment=environment,
        exit_code=ExitCode.ERROR if late else ExitCode.DONE,
        devices=sum(found.bindings.values()),
        changes=dict(found.last_run.counts) if found.last_run else {},
        last_success=_last_success(around, state),
        credential_ends=_credential_ends(around),
        error="; ".join([*late, *failed])[:_LONGEST],
        notes=_notes(around, state),
        run=found.last_run.run_id if found.last_run else None,
    )


def _row(around: Surroundings, plan: Plan, recording: Recording | None, state: State, code: ExitCode) -> FleetRow:
    """Return the row of a plan: devices, changes, limits, reads that failed, credentials that end."""
    unread = [
        f"{each.name}: {'; '.join(part.why for part in each.unknown)}" for each in plan.connections if each.unknown
    ]
    failures = recording.failures if recording is not None else {}
    return FleetRow(
        environment=around.instance.name,
        exit_code=code,
        devices=sum(each.report.devices() for each in plan.connections),
        changes=plan.counts(),
        over=tuple(f"{use.kind} ({use.connection})" for use in plan.over_limit()),
        last_success=_last_success(around, state),
        credential_ends=_credential_ends(around),
        error="; ".join([*(f"{name}: {why}" for name, why in sorted(failures.items())), *unread])[:_LONGEST],
        notes=_notes(around, state),
        digest=plan.digest,
    )


def _notes(around: Surroundings, state: State) -> tuple[str, ...]:
    environment = around.environment
    waiting = len(pending_settings(environment, state))
    return (
        *(
            f"{count} bindings of tenant {tenant}, which has no connection"
            for tenant, count in unconfigured_tenants(environment, state)
        ),
        *map(held_words, held_connections(environment, state)),
        *((f"{waiting} setting{'' if waiting == 1 else 's'} pending",) if waiting else ()),
    )


def _devices(recording: Recording) -> int:
    return sum(len(snapshot.devices) for snapshot in recording.snapshots)


def _last_success(around: Surroundings, state: State) -> str | None:
    """Return when the enabled connection that was read longest ago was read; None when one never was."""
    environment = around.environment
    enabled = {each.tenant_id for each in environment.connections.values() if environment.enabled(each)}
    reads = {read.tenant_id: read.read_at for read in state.reads}
    return min((reads[tenant] for tenant in enabled), default=None) if enabled <= reads.keys() else None


def _credential_ends(around: Surroundings) -> str | None:
    ends = all_ends(around)
    return min(ends.values()).isoformat() if ends else None


_WORK: Final[dict[Work, Callable[[str, FleetOptions], FleetRow]]] = {
    Work.VALIDATE: _validate,
    Work.PLAN: _plan,
    Work.APPLY: _apply,
    Work.RECORD: _record,
    Work.STATUS: _status,
}


def today() -> str:
    """Return this machine's day, which decides the order of a scheduled apply."""
    return datetime.datetime.fromisoformat(utc_now()).date().isoformat()
