"""The limits, walked just under and just over (R1-R4)."""

import pytest
from case_files import environment_of
from msgspec.structs import replace

from reconciler.model.plan import Action, Change, ConnectionSummary, Kind, LimitUse, Subject
from reconciler.model.state import Asset, Binding, Life, Presence, State, Usage
from reconciler.planning.limits import absences_allowed, allowed, is_first_import, judge
from reconciler.settings.instance import Limits

TENANT = "11111111-1111-1111-1111-111111111111"


@pytest.mark.parametrize(
    ("kind", "bound", "most"),
    [
        (Kind.DELETED_IN_INTUNE, 0, 0),
        (Kind.DELETED_IN_INTUNE, 1, 1),
        (Kind.DELETED_IN_INTUNE, 2, 1),
        (Kind.DELETED_IN_INTUNE, 10, 5),
        (Kind.DELETED_IN_INTUNE, 20, 10),
        (Kind.DELETED_IN_INTUNE, 333, 10),
        (Kind.DELETED_IN_INTUNE, 334, 10),
        (Kind.DELETED_IN_INTUNE, 1000, 30),
        (Kind.CREATED, 10, 5),
        (Kind.CREATED, 1000, 200),
        (Kind.UPDATED, 1000, 500),
        (Kind.NEW_TYPES, 1, 5),
        (Kind.NEW_TYPES, 1000, 5),
    ],
)
def test_the_larger_of_percent_and_count_is_allowed_but_never_more_than_half(kind: Kind, bound: int, most: int) -> None:
    """R1: max(percent, count), at most half of the bound assets rounded up; new types are counted alone."""
    assert allowed(Limits(), kind, bound) == most


@pytest.mark.parametrize("bound", [1, 2, 10, 1000])
def test_one_more_than_allowed_is_over(bound: int) -> None:
    """A plan at its limit is not over it, and one change more is."""
    most = allowed(Limits(), Kind.DELETED_IN_INTUNE, bound)
    assert [_judged(fleet(bound), most).over, _judged(fleet(bound), most + 1).over] == [False, True]


def test_what_ran_in_the_window_counts_too() -> None:
    """R2: the bound assets are those at the window's start, and earlier changes use the limit up."""
    state = replace(fleet(12), usage=(Usage("intune", TENANT, 1000, {"deletedInIntune": 28}),))
    told = {"connection": "intune", "kind": Kind.DELETED_IN_INTUNE, "used": 28, "allowed": 30, "bound": 1000}
    assert _judged(state, 2) == LimitUse(**told, planned=2, over=False)
    assert _judged(state, 3) == LimitUse(**told, planned=3, over=True)


def test_an_allowance_raises_one_limit_for_this_run_alone() -> None:
    """R4: the number that was allowed holds, whatever ran before; the other kinds keep theirs."""
    state = replace(fleet(2), usage=(Usage("intune", TENANT, 2, {"deletedInIntune": 1}),))
    changes = [
        _change(Kind.DELETED_IN_INTUNE),
        _change(Kind.DELETED_IN_INTUNE),
        _change(Kind.UNLINKED),
        _change(Kind.UNLINKED),
    ]
    uses = judge(environment_of({}), state, changes, [], {"deletedInIntune": 2})
    assert {use.kind: (use.allowed, use.over) for use in uses} == {"deletedInIntune": (2, False), "unlinked": (1, True)}


@pytest.mark.parametrize(
    ("state", "kind", "exempt"),
    [
        (State(), Kind.CREATED, "the first import into an empty store"),
        (State(), Kind.UPDATED, "the connection's first import"),
        (State(assets=(Asset(1, "A", None, None, None, None, ()),)), Kind.CREATED, None),
        (State(assets=(Asset(1, "A", None, None, None, None, ()),)), Kind.UPDATED, "the connection's first import"),
        (State(), Kind.RETYPED, None),
    ],
)
def test_a_first_import_exempts_updates_and_creations_into_an_empty_store(
    state: State, kind: Kind, exempt: str | None
) -> None:
    """R3: into a filled store creations are limited, since a wrong matching field makes duplicates."""
    [use] = judge(environment_of({}), state, [_change(kind)], [], {})
    assert (use.exempt, use.over) == (exempt, exempt is None)


def test_a_tenant_that_has_any_binding_had_its_first_import() -> None:
    """A deleted binding counts as one; another tenant's does not."""
    assert [is_first_import(state, "intune", TENANT) for state in (State(), fleet(1), _deleted(fleet(1)))] == [
        True,
        False,
        False,
    ]
    assert is_first_import(fleet(1), "intune", "22222222-2222-2222-2222-222222222222")


def test_unlisted_devices_for_which_nobody_asked_are_over_the_limit() -> None:
    """G3: they count as deletions that are planned."""
    summary = ConnectionSummary(name="intune", tenant_id=TENANT, enabled=True, unproven=11)
    [use] = judge(environment_of({}), fleet(30), [], [summary], {})
    assert (use.kind, use.planned, use.allowed, use.over) == (Kind.DELETED_IN_INTUNE, 11, 10, True)


def test_as_many_absences_are_asked_for_as_the_limit_leaves() -> None:
    """G3: what ran in the window is taken off, an allowance takes the limit's place."""
    state = replace(fleet(30), usage=(Usage("intune", TENANT, 30, {"deletedInIntune": 8}),))
    environment = environment_of({})
    given = [absences_allowed(environment, state, "intune", each) for each in ({}, {"deletedInIntune": 25})]
    assert given == [2, 25]


def fleet(count: int) -> State:
    """Return a state with so many bound assets."""
    lives = (Life(f"d-{n}", Presence.PRESENT, "2026-11-01T08:00:00Z") for n in range(count))
    return State(bindings=tuple(Binding("intune", TENANT, n, life) for n, life in enumerate(lives, 1)))


def _deleted(state: State) -> State:
    [binding] = state.bindings
    return replace(state, bindings=(replace(binding, life=replace(binding.life, presence=Presence.DELETED)),))


def _change(kind: Kind) -> Change:
    about = {"subject": Subject.ASSET, "action": Action.UPDATE, "name": "A", "label": "A"}
    return Change(**about, attributes=(), kinds=(kind,), connection="intune")


def _judged(state: State, count: int) -> LimitUse:
    [use] = judge(environment_of({}), state, [_change(Kind.DELETED_IN_INTUNE)] * count, [], {})
    return use
