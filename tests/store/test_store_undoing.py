"""Undoing in real stores, by their rows: what is removed, brought back and refused, on each database (J2)."""

import pytest
from fleets import base_environment
from msgspec.structs import replace
from storing import (
    FIRST_PLAN,
    NEXT_READ,
    ORIGIN,
    Where,
    apply,
    attribute,
    bound,
    changed,
    execute,
    first_store,
    life,
    plan,
    state,
)
from storing import url as url_of

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change, Plan, Subject
from reconciler.model.state import Presence, State
from reconciler.store.opening import open_store
from reconciler.undo.build import plan_undo

LATER = replace(ORIGIN, started_at=NEXT_READ)


def undo_of(place: Where, place_in_history: int = 0) -> Plan:
    """Return the plan that undoes a run, the newest being 0."""
    with open_store(url_of(place), write=False) as store:
        undoable = store.undoable(store.history(9)[place_in_history].run_id)
    return plan_undo(base_environment(), state(place), undoable, made_at=NEXT_READ)


def plain(found: State) -> object:
    """Return what assets and bindings are, without ids."""
    tags = {asset.id: asset.tag for asset in found.assets}
    return (
        {asset.tag: (asset.type, asset.site, asset.status, asset.values) for asset in found.assets},
        {each.life.device_id: (tags[each.asset_id], each.life) for each in found.bindings},
        {person.upn for person in found.people},
    )


def test_what_a_run_created_goes_and_comes_back(place: Where) -> None:
    """The undo leaves no asset, binding or user; undoing it brings back each as it was, under its tag."""
    before = plain(state(first_store(place)))
    apply(place, undo_of(place), origin=LATER)
    assert plain(state(place)) == ({}, {}, set())
    apply(place, undo_of(place), origin=LATER)
    assert plain(state(place)) == before


def test_values_and_bindings_go_back(place: Where) -> None:
    """A run that renamed an asset and marked another's device missing."""
    before = plain(state(first_store(place)))
    missing = bound("AST-000002", life("d2", Presence.MISSING, missing_reads=1), life("d2"))
    apply(place, plan(changed("AST-000001", name=("LT-1", "LT-9")), bindings=(missing,), read_at=NEXT_READ))
    assert plain(state(place)) != before
    apply(place, undo_of(place), origin=LATER)
    assert plain(state(place)) == before


def test_an_asset_that_a_later_run_wrote_stays(place: Where) -> None:
    """Until that run is undone too: then nobody touched the asset since."""
    apply(first_store(place), plan(changed("AST-000001", notes=(None, "x")), read_at=NEXT_READ))
    assert {each.label for each in undo_of(place, 1).left_alone if each.why == "changed-since"} >= {"LT-1"}
    apply(place, undo_of(place), origin=LATER)
    assert [each for each in undo_of(place, 2).left_alone if each.why == "changed-since"] == []


def test_a_user_is_put_back_and_not_one_with_the_same_upn(place: Where) -> None:
    """The journal knows a user by Entra's id, whoever else has the UPN that the run wrote."""
    first_store(place)
    execute(place, "UPDATE person SET upn = 'carol@contoso.com' WHERE upn = 'ann@contoso.com'")
    before = {each.name: each.upn for each in state(place).people}
    renamed = Change(
        subject=Subject.USER,
        action=Action.UPDATE,
        name="bob@contoso.com",
        label="Bob",
        attributes=(attribute("upn", "carol@contoso.com", "bob@contoso.com"),),
        connection="intune",
        entra_id="e-bob@contoso.com",
    )
    apply(place, plan(renamed, read_at=NEXT_READ))
    apply(place, undo_of(place), origin=LATER)
    assert {each.name: each.upn for each in state(place).people} == before


def test_an_undo_that_was_planned_before_a_row_changed_is_refused(place: Where) -> None:
    """A value that the run did not write appears after the undo was planned: nothing is removed."""
    first_store(place)
    undo = undo_of(place)
    execute(place, "UPDATE asset SET notes = 'mine' WHERE tag = 'AST-000002'")
    with pytest.raises(StaleError, match='LT-2: notes is "mine", not empty'):
        apply(place, undo, origin=LATER)
    assert {asset.tag for asset in state(place).assets} == {each.name for each in FIRST_PLAN.changes[-2:]}
