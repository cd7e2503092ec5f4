"""What holds of every plan, whatever the fleet, the store and the settings are."""

from typing import Any

from applying import applied
from fleets import cases
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.plan import Action, Kind, Subject
from reconciler.model.state import Presence, Recording, State
from reconciler.planning.build import build_plan, is_empty
from reconciler.planning.digest import decode, digest, encode
from reconciler.planning.rules.identity import matching_form
from reconciler.settings.environment import Environment

Case = tuple[Environment, Recording]

settings.register_profile(
    "planning",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=400,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROFILE = settings.get_profile("planning")


@PROFILE
@given(cases())
def test_planning_after_applying_is_empty(case: Case) -> None:
    """The same recording on the state that the plan leaves changes nothing, not even a binding."""
    environment, recording = case
    plan = build_plan(environment, recording)
    event(f"creations: {any(change.action is Action.CREATE for change in plan.changes)}")
    event(f"bindings: {bool(plan.bindings)}")
    again = build_plan(environment, replace(recording, state=applied(plan, recording.state)))
    assert is_empty(again), (again.changes, again.bindings)


@PROFILE
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(case: Case, random: Any) -> None:
    """The same bytes come out in whatever order devices, users, assets, people and bindings come in."""
    environment, recording = case

    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(items, len(items)))

    state = recording.state
    other = replace(
        recording,
        snapshots=tuple(
            replace(each, devices=shuffled(each.devices), users=shuffled(each.users), absent=shuffled(each.absent))
            for each in shuffled(recording.snapshots)
        ),
        state=replace(
            state,
            assets=shuffled(state.assets),
            people=shuffled(state.people),
            bindings=shuffled(state.bindings),
            reads=shuffled(state.reads),
        ),
    )
    assert encode(build_plan(environment, other)) == encode(build_plan(environment, recording))


@PROFILE
@given(cases())
def test_nothing_is_removed_while_absence_and_users_are_unknown(case: Case) -> None:
    """A list that is not whole deletes nothing, and unknown users unlink nobody whom the device names."""
    environment, recording = case
    blind = replace(
        recording,
        snapshots=tuple(
            replace(each, devices_unknown="page 2 answered 503", users_unknown="403") for each in recording.snapshots
        ),
    )
    plan = build_plan(environment, blind)
    assert not [change for change in plan.changes if Kind.DELETED_IN_INTUNE in change.kinds]
    assert not [each for each in plan.bindings if _dies(each)]
    if all(each.users.import_users.enabled for each in environment.connections.values()):
        reasons = [a.reason for change in plan.changes for a in change.attributes if a.name == "user" and not a.after]
        assert not [reason for reason in reasons if "not in the store" in reason]


@PROFILE
@given(cases())
def test_a_plan_survives_json(case: Case) -> None:
    """A plan read back from its canonical bytes is the plan, and its digest holds."""
    plan = build_plan(*case)
    read = decode(encode(plan))
    assert read == plan
    assert digest(read) == plan.digest


@PROFILE
@given(cases())
def test_an_asset_has_one_live_binding(case: Case) -> None:
    """No plan leaves an asset with two bindings that are not deleted."""
    environment, recording = case
    state = applied(build_plan(environment, recording), recording.state)
    live = [each.asset_id for each in state.bindings if each.life.presence is not Presence.DELETED]
    assert len(live) == len(set(live))


@PROFILE
@given(cases())
def test_what_a_creation_must_not_match_matches_nothing(case: Case) -> None:
    """An asset's creation names no matching value that an asset of the store has: the store would refuse it."""
    environment, recording = case
    plan = build_plan(environment, recording)
    for change in plan.changes:
        for name, form in change.match.items():
            assert form not in _forms(recording.state, name), change


@PROFILE
@given(cases())
def test_an_excluded_asset_is_left_exactly_as_it_is(case: Case) -> None:
    """An asset whose binding is excluded after the plan has no change."""
    environment, recording = case
    plan = build_plan(environment, recording)
    state = applied(plan, recording.state)
    excluded = {each.asset_id for each in state.bindings if each.life.presence is Presence.EXCLUDED}
    tags = {asset.tag for asset in state.assets if asset.id in excluded}
    assert not [change for change in plan.changes if change.subject is Subject.ASSET and change.name in tags]


@PROFILE
@given(cases())
def test_an_asset_without_a_device_is_never_touched(case: Case) -> None:
    """What no device was ever matched to keeps every value (M9)."""
    environment, recording = case
    plan = build_plan(environment, recording)
    state = applied(plan, recording.state)
    bound = {each.asset_id for each in state.bindings}
    before = {asset.id: asset for asset in recording.state.assets}
    assert all(before.get(asset.id) in (None, asset) for asset in state.assets if asset.id not in bound)


def _dies(change: Any) -> bool:
    return change.after.presence is Presence.DELETED and change.before.presence is not Presence.DELETED


def _forms(state: State, name: str) -> set[str]:
    position = state.fields.index(name)
    return {matching_form(asset.values[position]) for asset in state.assets}
