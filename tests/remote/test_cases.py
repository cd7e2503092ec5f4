"""The golden cases on the stores behind an API: read over TLS from there, the plans are the same as on SQL.

A case's state is put into the store; what only the ledger has (bindings, pins, software, counts) comes from the case.
Planning is the same on every store. `fit` then leaves out what the store does not take, which the case's `stores.yaml`
says, and adds what it needs.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import cases_in_halo
import cases_in_snipeit
import pytest
from case_files import case_folders, described, plan_of, read_yaml
from msgspec.structs import replace

from reconciler.model.ledger import RemoteIds
from reconciler.model.plan import Plan
from reconciler.model.state import State
from reconciler.planning.build import build_plan
from reconciler.remote import fit
from reconciler.remote.assembly import assemble
from reconciler.remote.room import Room
from reconciler.settings.environment import Environment

FilledRoom = Callable[[Any, Environment, State], AbstractContextManager[tuple[Room, RemoteIds]]]
QUICK = 12
FOLDERS = case_folders()


class Store(NamedTuple):
    """A running pretend store, and how a case's state gets there."""

    name: str
    server: Any
    filled_room: FilledRoom


STORES = {"halo": cases_in_halo, "snipe-it": cases_in_snipeit}


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    serving: Callable[[], AbstractContextManager[Any]] = STORES[request.param].serving
    filled_room: FilledRoom = STORES[request.param].filled_room
    with serving() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
        yield Store(request.param, running, filled_room)


def planned(store: Store, folder: Path) -> tuple[Plan, Plan, Plan]:
    """Return a case's plan, that of the same state read from the store, and what of it is left for the store.

    What a store says beside every plan or first import is left out.
    """
    environment, recording, plan = plan_of(folder)
    with store.filled_room(store.server, environment, recording.state) as (room, ids):
        state = assemble(recording.state, ids, room.read(frozenset(ids.assets.values())))
    options: dict[str, Any] = read_yaml(folder / "before.yaml").get("options", {})
    on_store = build_plan(
        environment,
        replace(recording, state=state),
        allowances=options.get("allow", {}),
        as_if_enabled=options.get("asIfEnabled", False),
    )
    quiet = replace(state, offer=replace(state.offer, warnings=(), remarks=()))
    return plan, on_store, fit(on_store, quiet)


def written(plan: Plan) -> set[tuple[str, str, object]]:
    """Return every attribute that a plan writes, with the change that it is of."""
    return {(change.name, each.name, each.after) for change in plan.changes for each in change.attributes}


@pytest.mark.parametrize(
    "folder",
    [pytest.param(each, marks=() if at % QUICK == 0 else pytest.mark.thorough) for at, each in enumerate(FOLDERS)],
    ids=lambda folder: folder.name,
)
def test_a_case_is_planned_the_same_from_a_store_behind_an_api(store: Store, folder: Path) -> None:
    plan, on_store, left = planned(store, folder)

    assert described(on_store) == described(plan)
    why = read_yaml(folder / "stores.yaml").get(store.name)
    assert (described(left) == described(plan)) == (why is None), why
    assert written(left) <= written(plan)
    assert {each.rule for each in set(left.problems) - set(plan.problems)} <= {"W3"}
