"""Planning: settings and a recording make a plan, with what is pending since the last applied settings (E4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.configuration.documents import document
from reconciler.errors import RecordingError
from reconciler.model.plan import Plan, SettingChange
from reconciler.model.state import Recording, State
from reconciler.planning.build import build_plan
from reconciler.planning.scope import EVERYTHING, Scope
from reconciler.run.cases.testing import check_cases
from reconciler.run.context import Surroundings
from reconciler.run.plans.holding import with_holds
from reconciler.run.plans.picking import resolved
from reconciler.run.plans.reading import Wanted, read
from reconciler.run.remotes.fitting import fitted, with_effort
from reconciler.run.stamps import foreign
from reconciler.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, what it was made from, and a warning about the store if there is one (E3)."""

    plan: Plan
    recording: Recording
    warning: str | None = None


def pending_settings(environment: Environment, state: State) -> tuple[SettingChange, ...]:
    """Return how the settings differ from the ones last applied to the store (E4).

    Nothing for a new store, and for another instance's, whose settings are not ours.
    """
    if (
        state.applied is None
        or state.applied.digest == environment.digest
        or foreign(state.stamp, environment.instance)
    ):
        return ()
    from reconciler.configuration.differences import pending  # noqa: PLC0415 - deepdiff is heavy

    return pending(state.applied.document, document(environment))


def make_plan(
    environment: Environment,
    recording: Recording,
    allowances: Mapping[str, int],
    *,
    as_if_enabled: bool = False,
    scope: Scope = EVERYTHING,
) -> Plan:
    """Return the plan for a recording, with the pending settings.

    Raises:
        UsageError: the scope names an asset that neither the store nor the recording has.
    """
    scope = resolved(scope, recording)
    made = build_plan(
        environment,
        recording,
        allowances=allowances,
        pending=pending_settings(environment, recording.state),
        as_if_enabled=as_if_enabled,
        scope=scope,
    )
    return fitted(environment, made, recording.state, allowances)


def plan(
    around: Surroundings, allowances: Mapping[str, int], *, as_if_enabled: bool = False, scope: Scope = EVERYTHING
) -> Planned:
    """Read the store and Graph, and plan; nothing is written (P3)."""
    check_cases(around.environment)
    recording, warning = read(around, Wanted(as_if_enabled=as_if_enabled, allowances=allowances, scope=scope))
    around.phase("Planning")
    made = make_plan(around.environment, recording, allowances, as_if_enabled=as_if_enabled, scope=scope)
    made = with_effort(around, made, recording.state)
    return Planned(with_holds(made, around.environment, recording.state), recording, warning)


def plan_from_recording(
    environment: Environment,
    path: Path,
    allowances: Mapping[str, int],
    *,
    as_if_enabled: bool = False,
    scope: Scope = EVERYTHING,
) -> Planned:
    """Plan from a recording alone: no network, no store, no credential.

    Raises:
        RecordingError: the file is no recording that can be used, or it is another instance's.
    """
    recording = own_recording(environment, path)
    made = make_plan(environment, recording, allowances, as_if_enabled=as_if_enabled, scope=scope)
    return Planned(with_holds(made, environment, recording.state), recording)


def own_recording(environment: Environment, path: Path) -> Recording:
    """Return the recording in a file.

    Raises:
        RecordingError: the file is no recording that can be used, or it is another instance's.
    """
    from reconciler.recordings import read_recording  # noqa: PLC0415 - only where it is used

    recording = read_recording(path)
    if recording.instance != environment.instance.name:
        raise RecordingError(
            f"{path} is a recording of {recording.instance}, and this is {environment.instance.name}. Record this "
            f"instance, or plan {recording.instance}."
        )
    return recording
