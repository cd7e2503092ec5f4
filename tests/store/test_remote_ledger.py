"""The ledger of a store behind an API: what was last seen, intents, interrupted runs, and what of a run is kept."""

from contextlib import AbstractContextManager

import pytest
from msgspec.structs import replace
from storing import (
    DAY,
    NEXT_READ,
    NOW,
    READ,
    Where,
    attribute,
    bound,
    changed,
    execute,
    life,
    new_asset,
    plan,
    query,
    url,
)
from storing import ORIGIN as EARLIER

from reconciler.errors import LeaseError, StaleError, StampError, StoreError, UsageError
from reconciler.model.ledger import Proof, RemoteIds, RemoteState, WritableLedger
from reconciler.model.plan import Kind, LimitUse, Plan
from reconciler.model.run import IntentState, NotDone, OpenRun, Outcome
from reconciler.model.state import Asset, Person, RemoteIdentity, State, StoredCatalogue
from reconciler.store.opening import open_ledger

ORIGIN = replace(EARLIER, started_at=NEXT_READ)
SNIPE_IT = RemoteIdentity("Snipe-IT", "https://assets.contoso.example", {})
CATALOGUE = StoredCatalogue(
    organisations=("Contoso",),
    sites=("Contoso/Leeds", "Contoso/York"),
    statuses=("In Use", "Retired"),
    asset_groups=("Computers",),
    types={"Laptop": "Computers", "Tablet": "Computers"},
    custom_fields=("department",),
)
ANN = Person(1, "Ann", "ann@contoso.com", site="Contoso/Leeds", entra_id="e-ann")
BOB = Person(2, "Bob", "bob@contoso.com")
ONE = Asset(1, "A1", "Laptop", "Contoso/Leeds", "In Use", 1, ("LT-1", "ABC1", "Sales"))
TWO = Asset(2, "A2", "Laptop", None, None, None, ("LT-2", "ABC2", None))
IDS = RemoteIds(
    assets={1: "71", 2: "72"},
    people={1: "901", 2: "902"},
    sites={"Contoso/Leeds": "1", "Contoso/York": "2"},
    types={"Laptop": "11", "Tablet": "12"},
    statuses={"In Use": "21", "Retired": "22"},
)
SEEN = RemoteState(
    fields=("name", "serialNumber", "custom.department"),
    catalogue=CATALOGUE,
    people=(ANN, BOB),
    assets=(ONE, TWO),
    remote=IDS,
)


def ledger(where: Where, lease_seconds: float = 900) -> AbstractContextManager[WritableLedger]:
    return open_ledger(url(where), write=True, lease_seconds=lease_seconds)


def last_seen(where: Where) -> State:
    with open_ledger(url(where)) as store:
        return store.state(DAY, NOW)


def remember(where: Where, state: RemoteState) -> State:
    """Make a reading what was last seen; return the ledger's state."""
    with ledger(where) as store, store.hold("ann") as held:
        held.remember(replace(state, revision=store.state(DAY, NOW).revision))
    return last_seen(where)


def values(state: State) -> list[tuple[object, ...]]:
    """Return assets without their ids, users by name, with the fields that the tests use."""
    people = {each.id: each.name for each in state.people}
    names = {name: place for place, name in enumerate(state.fields)}
    return [
        (
            each.tag,
            each.type,
            each.site,
            each.status,
            people.get(each.user or 0),
            each.values[names["name"]],
            each.values[names["custom.department"]],
        )
        for each in state.assets
    ]


def begin(where: Where, made: Plan) -> str:
    """Keep a plan's intents; return the run's id."""
    with ledger(where) as store, store.hold("ann") as held:
        return held.begin(made, ORIGIN, {"a": 1}, {"intune": True}, "s1", kind="production", remote=SNIPE_IT)


def settle(where: Where, run_id: str, *ends: tuple[IntentState, str | None, str | None]) -> Outcome:
    """Let each intent end so: its state, the remote's id, a message; finish the run."""
    with ledger(where) as store, store.hold("ann") as held:
        for number, (state, remote_id, message) in enumerate(ends):
            held.mark(run_id, number, IntentState.SENT, facts={"status": 200})
            held.mark(run_id, number, state, remote_id=remote_id, message=message)
        return held.finish(run_id)


def test_a_reading_becomes_what_was_last_seen(place: Where) -> None:
    """Assets, users and names are the ones that were read, and the remote's id of each is kept."""
    state = remember(place, SEEN)
    with open_ledger(url(place)) as store:
        ids = store.remote_ids()
    assert values(state) == [
        ("A1", "Laptop", "Contoso/Leeds", "In Use", "Ann", "LT-1", "Sales"),
        ("A2", "Laptop", None, None, None, "LT-2", None),
    ]
    catalogue = replace(state.catalogue, details={})
    assert (catalogue, [each.site for each in state.people]) == (CATALOGUE, ["Contoso/Leeds", None])
    assert ids == IDS


def test_a_reading_that_is_the_same_changes_no_row(place: Where) -> None:
    """Versions, which an undo looks at, stay as they are."""
    first = remember(place, SEEN)
    assert remember(place, SEEN) == first


def test_what_people_renamed_is_found_by_the_remotes_id(place: Where) -> None:
    """Tags and names that were swapped are swapped, and nothing is there twice."""
    remember(place, SEEN)
    swapped = replace(
        SEEN,
        catalogue=replace(CATALOGUE, types={"Tablet": "Computers", "Phone": "Computers"}),
        people=(replace(ANN, name="Ann B", entra_id=None), replace(BOB, entra_id="e-ann")),
        assets=(Asset(1, "A2", "Tablet", "Contoso/York", "Retired", 2, ("LT-1", "ABC1", None)), replace_tag(TWO, "A1")),
        remote=replace(
            IDS,
            sites={"Contoso/Leeds": "2", "Contoso/York": "1"},
            types={"Tablet": "11", "Phone": "12"},
            statuses={"In Use": "22", "Retired": "21"},
        ),
    )
    state = remember(place, swapped)
    with open_ledger(url(place)) as store:
        ids = store.remote_ids()
    assert values(state) == [
        ("A2", "Tablet", "Contoso/York", "Retired", "Bob", "LT-1", None),
        ("A1", "Tablet", None, None, None, "LT-2", None),
    ]
    assert (ids.sites, ids.types, ids.statuses) == (swapped.remote.sites, swapped.remote.types, swapped.remote.statuses)


def replace_tag(asset: Asset, tag: str) -> Asset:
    return Asset(asset.id, tag, "Tablet", asset.site, asset.status, asset.user, asset.values)


def test_only_what_is_proven_gone_is_removed(place: Where) -> None:
    """An asset that is just not listed stays as it was last seen."""
    first = remember(place, SEEN)
    short = replace(SEEN, assets=(ONE,), remote=replace(IDS, assets={1: "71"}))
    assert values(remember(place, short)) == values(first)
    gone = next(each.id for each in first.assets if each.tag == "A2")
    assert [row[0] for row in values(remember(place, replace(short, gone=frozenset({gone}))))] == ["A1"]


def test_a_user_whom_the_remote_no_longer_has_is_removed(place: Where) -> None:
    """Its assets have no user then."""
    remember(place, SEEN)
    without = replace(
        SEEN,
        people=(BOB,),
        assets=(Asset(1, "A1", "Laptop", "Contoso/Leeds", "In Use", None, ONE.values), TWO),
        remote=replace(IDS, people={2: "902"}),
    )
    state = remember(place, without)
    assert ([each.name for each in state.people], values(state)[0][4]) == (["Bob"], None)


def test_a_reading_is_refused_once_another_run_was_committed(place: Where) -> None:
    """Nothing of it is kept."""
    remember(place, SEEN)
    run_id = begin(place, plan(changed("A1", name=("LT-1", "LT-9"))))
    settle(place, run_id, (IntentState.DONE, None, None))
    with ledger(place) as store, store.hold("ann") as held, pytest.raises(StaleError, match="Another run"):
        held.remember(SEEN)


CREATED = new_asset("A3", "d3", {"serialNumber": "abc3"}, type="Laptop", name="LT-3", serialNumber="ABC3")
LIMIT = LimitUse(connection="intune", kind=Kind.CREATED, planned=1, used=0, allowed=9, bound=0, over=False)
MIXED = plan(
    CREATED,
    changed("A1", name=("LT-1", "LT-9")),
    changed("A2", name=("LT-2", "LT-8")),
    bindings=(bound("A1", life("d1")), bound("A2", life("d2")), bound("A3", life("d3"))),
    limits=(LIMIT,),
    highest_tag=3,
)


def test_a_run_keeps_what_is_done_and_reports_the_rest(place: Where) -> None:
    """Rows, bindings, journal and the limits' usage hold what is done; a conflict and a failure are in the outcome."""
    remember(place, SEEN)
    run_id = begin(place, MIXED)
    outcome = settle(
        place,
        run_id,
        (IntentState.FAILED, None, "asset_tag: taken"),
        (IntentState.DONE, None, None),
        (IntentState.CONFLICT, None, "name is LT-7, not LT-2"),
    )
    state = last_seen(place)
    with open_ledger(url(place)) as store:
        detail, left, runs = store.run(run_id), store.intents(run_id), store.open_runs()
    assert outcome == Outcome(
        run_id=run_id,
        revision=state.revision,
        changes=1,
        bindings=1,
        counts={"updated": 1},
        conflicts=(NotDone("A2", "A2", "name is LT-7, not LT-2"),),
        failures=(NotDone("A3", "LT-3", "asset_tag: taken"),),
    )
    assert [row[:1] + row[5:6] for row in values(state)] == [("A1", "LT-9"), ("A2", "LT-2")]
    assert [each.life.device_id for each in state.bindings] == ["d1"]
    assert (detail.changes, detail.bindings) == ((MIXED.changes[1],), (MIXED.bindings[0],))
    assert (state.usage[0].counts, state.highest_tag) == ({}, 3)
    assert ([(each.number, each.state) for each in left], runs) == (
        [(0, IntentState.FAILED), (2, IntentState.CONFLICT)],
        (),
    )


def test_what_a_run_created_has_the_remotes_id(place: Where) -> None:
    """It is found by that id when the remote is read again, and counts against the limits."""
    remember(place, SEEN)
    done = (IntentState.DONE, None, None)
    settle(place, begin(place, MIXED), (IntentState.DONE, "73", None), done, done)
    with open_ledger(url(place)) as store:
        ids = store.remote_ids()
    state = last_seen(place)
    assert sorted(ids.assets.values()) == ["71", "72", "73"]
    assert state.usage[0].counts == {"created": 1}


def test_an_interrupted_run_is_found_and_finished(place: Where) -> None:
    """Each intent is where it was left, with the remote's id and the facts of its requests."""
    remember(place, SEEN)
    run_id = begin(place, MIXED)
    with ledger(place) as store, store.hold("ann") as held:
        held.mark(run_id, 0, IntentState.SENT, facts={"request": "r1"})
        with pytest.raises(StoreError, match="is not finished: the change of LT-3 is still sent"):
            held.finish(run_id)
    with open_ledger(url(place)) as store:
        runs, intents, status = store.open_runs(), store.intents(run_id), store.status()
    counts = {IntentState.PLANNED: 2, IntentState.SENT: 1}
    assert runs == (OpenRun(run_id=run_id, started_at=ORIGIN.started_at, who="ann", where="laptop", intents=counts),)
    assert status.open_runs == runs
    assert [(each.state, each.remote_id, each.facts) for each in intents] == [
        (IntentState.SENT, None, {"request": "r1"}),
        (IntentState.PLANNED, "71", {}),
        (IntentState.PLANNED, "72", {}),
    ]
    done = (IntentState.DONE, None, None)
    assert settle(place, run_id, (IntentState.DONE, "73", None), done, done).changes == 3


def test_giving_up_keeps_what_was_done(place: Where) -> None:
    """The rest failed, with the reason and who gave it up (W5)."""
    remember(place, SEEN)
    run_id = begin(place, MIXED)
    with ledger(place) as store:
        with store.hold("ann") as held:
            held.mark(run_id, 1, IntentState.DONE)
        outcome = store.abandon(run_id, because="wrong tenant", who="bob")
        with pytest.raises(UsageError, match=f"There is no interrupted run {run_id}"):
            store.abandon(run_id, because="again", who="bob")
    why = "given up by bob: wrong tenant"
    assert (outcome.changes, outcome.failures) == (1, (NotDone("A3", "LT-3", why), NotDone("A2", "A2", why)))


def test_a_plan_that_was_not_made_from_what_was_last_seen_is_refused(place: Where) -> None:
    """No intent is kept."""
    remember(place, SEEN)
    with pytest.raises(StaleError, match='A1: name is "LT-1", not "LT-0"'):
        begin(place, plan(changed("A1", name=("LT-0", "LT-9"))))
    with open_ledger(url(place)) as store:
        assert store.open_runs() == ()


def test_a_lease_that_was_broken_lets_nothing_be_noted(place: Where) -> None:
    """Whoever holds it next does not find that somebody else still writes (A2)."""
    remember(place, SEEN)
    run_id = begin(place, MIXED)
    with ledger(place) as store, ledger(place) as other, store.hold("ann") as held:
        with pytest.raises(LeaseError, match="Another apply holds the store: ann"), other.hold("bob"):
            pass
        other.unlock(lease_of(other))
        with pytest.raises(LeaseError, match="was taken from this apply"):
            held.mark(run_id, 0, IntentState.SENT)


def lease_of(store: WritableLedger) -> str:
    return (store.status().lease or "").partition(":")[0]


def test_a_lease_is_renewed_by_every_step(place: Where) -> None:
    """A run that takes hours keeps it, as long as it goes on and nobody took it meanwhile."""
    remember(place, SEEN)
    run_id = begin(place, MIXED)
    with ledger(place) as store, store.hold("ann") as held:
        for step in (held.renew, lambda: held.mark(run_id, 0, IntentState.SENT)):
            execute(place, f"UPDATE lease SET expires = '{READ}'")
            step()
            assert query(place, "SELECT expires FROM lease") > [(NOW,)]


def test_the_ledger_of_another_remote_is_refused(place: Where) -> None:
    """A copy of the remote, or the ledger of another one, is not written to until it is adopted (W6)."""
    remember(place, SEEN)
    settle(place, begin(place, plan(changed("A1", name=("LT-1", "LT-9")))), (IntentState.DONE, None, None))
    uat = RemoteIdentity("Snipe-IT", "https://uat.contoso.example", {"database": "2"})
    store_id = last_seen(place).stamp.store_id  # type: ignore[union-attr]
    other = plan(changed("A1", name=("LT-9", "LT-8")), store_id=store_id, read_at=NEXT_READ)
    with ledger(place) as store:
        with (
            store.hold("ann") as held,
            pytest.raises(
                StampError,
                match=r"beside Snipe-IT at https://assets.contoso.example, and this is Snipe-IT at "
                r"https://uat.contoso.example \(database 2\)",
            ),
        ):
            held.begin(other, ORIGIN, {}, {}, "s1", kind="production", remote=uat)
        adopted = store.adopt("prod", "production", remote=uat)
        assert (store.stamp(), adopted.remote, adopted.adopted_from) == (adopted, uat, store_id)


def test_proofs_are_kept_by_name(place: Where) -> None:
    """A later answer to the same question takes the place of the earlier one (W9)."""
    old = Proof(name="arrays-replace", answer="yes", version="8.0", proven_at=NOW)
    new = Proof(name="arrays-replace", answer="no", version="8.1", proven_at=NOW)
    other = Proof(name="empty-list-unlinks", answer="yes", version="8.1", proven_at=NOW)
    with ledger(place) as store:
        with store.hold("ann") as held:
            held.record_proofs((old,))
            held.record_proofs((other, new))
        assert store.proofs() == (new, other)


def test_a_ledger_that_does_not_exist_yet_is_empty(place: Where) -> None:
    """Nothing is made by looking."""
    with open_ledger(url(place)) as store:
        assert (store.missing, store.remote_ids(), store.open_runs(), store.intents("x"), store.proofs()) == (
            True,
            RemoteIds(),
            (),
            (),
            (),
        )


def test_a_changed_reason_is_what_the_journal_says(place: Where) -> None:
    """An attribute's reason and rule survive the intent."""
    remember(place, SEEN)
    change = replace(changed("A1"), attributes=(attribute("name", "LT-9", "LT-1", "renamed in Intune", "F1"),))
    run_id = begin(place, plan(change))
    settle(place, run_id, (IntentState.DONE, None, None))
    with open_ledger(url(place)) as store:
        assert store.changes_of("A1")[0].changes == (change,)
