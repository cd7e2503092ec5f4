"""Planning twice from one recording: with the settings of the work tree, and with those of another commit."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.configuration.documents import document
from reconciler.configuration.git.at_commit import commit_of, load_commit, shown_ref
from reconciler.configuration.loader import Loaded, environments_in
from reconciler.configuration.parsing.problems import errors
from reconciler.errors import UsageError
from reconciler.impact import compare, not_compared
from reconciler.model.impact import Impact, Unanswered
from reconciler.model.plan import Plan, SettingChange
from reconciler.model.state import Recording
from reconciler.planning.build import build_plan
from reconciler.planning.inputs.recorded import unanswered, with_connections
from reconciler.planning.scope import EVERYTHING, Scope
from reconciler.run.cases.testing import check_cases
from reconciler.run.context import Surroundings
from reconciler.run.plans.planning import Planned, make_plan, own_recording
from reconciler.run.plans.reading import Wanted, read
from reconciler.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class Base:
    """An environment as another commit has it; `loaded` is None when it has none of that name."""

    ref: str
    commit: str
    loaded: Loaded | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How both plans are made: the limits that are raised, connections that are off too, and what is planned."""

    allowances: Mapping[str, int]
    as_if_enabled: bool = False
    scope: Scope = EVERYTHING


def base_at(environments: Path, name: str, ref: str, overlay: Path | None) -> Base:
    """Return an environment as it is at `ref`, with the overlay of now.

    Raises:
        UsageError: the environment is there and no longer in the work tree, or `ref` can be none.
        ReconcilerError: the commit does not exist here, or no repository.
    """
    commit = commit_of(environments, ref)
    loaded = load_commit(environments, name, commit, overlay=overlay)
    if loaded is not None and name not in environments_in(environments):
        raise UsageError(
            f"This change deletes the environment `{name}`, which is there at {shown_ref(ref)}. There is nothing to "
            "plan: its store and its assets stay as they are, and no later apply touches them. If it was renamed, know "
            "that an environment is its name: the store would be another instance's until `reconciler store adopt`."
        )
    return Base(shown_ref(ref), commit, loaded)


def plan_with_impact(around: Surroundings, base: Base, recording: Path | None, asked: Asked) -> tuple[Planned, Impact]:
    """Plan, and say what of it is caused by settings that `base` does not have.

    Without a recording the store and Graph are read, with every list property, so that both settings find theirs.

    Raises:
        RecordingError: the file is no recording that can be used, or it is another instance's.
    """
    environment = around.environment
    check_cases(environment)
    if recording is not None:
        around.phase(f"Reading {recording.name}")
        whole, warning = own_recording(environment, recording), None
    else:
        wanted = Wanted(True, asked.as_if_enabled, asked.allowances, asked.scope)
        whole, warning = read(around, wanted)
    mine = with_connections(environment, whole)
    around.phase(f"Planning, with these settings and with those of {base.ref}")
    plan = make_plan(environment, mine, asked.allowances, as_if_enabled=asked.as_if_enabled, scope=asked.scope)
    return Planned(plan, mine, warning), _impact(environment, base, plan, whole, asked)


def _impact(environment: Environment, base: Base, plan: Plan, whole: Recording, asked: Asked) -> Impact:
    """Return what the settings cause that those at the base would not; a note where they cannot be compared."""
    lacking = unanswered(environment, with_connections(environment, whole))
    if base.loaded is None:
        note = f"{environment.instance.name} is not there at {base.ref}: it is new, so all of it is this change"
        return compare(None, plan, ref=base.ref, commit=base.commit, unanswered=lacking, note=note)
    before = base.loaded.environment
    if before is None:
        count = len(errors(base.loaded.problems))
        why = f"the settings at {base.ref} have {count} problem{'' if count == 1 else 's'}, so they make no plan"
        return not_compared(plan, ref=base.ref, commit=base.commit, why=why)
    theirs = with_connections(before, whole)
    known = {(each.what, before.connections[each.connection].tenant_id) for each in unanswered(before, theirs)}
    return compare(
        _plan_of(before, environment, theirs, asked),
        plan,
        ref=base.ref,
        commit=base.commit,
        state=whole.state,
        settings=_differences(before, environment),
        unanswered=[each for each in lacking if not _is_known(each, environment, known)],
    )


def _plan_of(before: Environment, now: Environment, recording: Recording, asked: Asked) -> Plan:
    """Return the plan of the settings before; what was picked leaves out connections that are not there any more."""
    scope = asked.scope
    if scope.skipped:
        gone = dict.fromkeys(before.connections.keys() - now.connections.keys(), "it is not what was picked")
        scope = dataclasses.replace(scope, skipped={**gone, **scope.skipped})
    return build_plan(before, recording, allowances=asked.allowances, as_if_enabled=asked.as_if_enabled, scope=scope)


def _is_known(lacking: Unanswered, environment: Environment, known: set[tuple[str, str]]) -> bool:
    return (lacking.what, environment.connections[lacking.connection].tenant_id) in known


def _differences(before: Environment, now: Environment) -> tuple[SettingChange, ...]:
    if before.digest == now.digest:
        return ()
    from reconciler.configuration.differences import pending  # noqa: PLC0415 - deepdiff is heavy

    return pending(document(before), document(now))
