"""The hot path says that nothing changes only where planning in full says so, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from applying import applied
from fleets import LATER, NOW, STATUSES, Maker, base_environment, cases
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import asdict, replace

from reconciler.model.state import Asset, Binding, Person, Recording, State
from reconciler.planning import devices
from reconciler.planning.build import build_plan
from reconciler.planning.matching import bound_devices
from reconciler.planning.rules import columns, mapping
from reconciler.planning.users import imports as people
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.field_mappings import Write
from reconciler.settings.imports import SiteAllocation
from reconciler.settings.users import AssignFrom, ImportUsers

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
VALUES = (None, None, None, 1, 0, True, False, 1.0, "", "1", "LT-1", "S1")
READ = (UNSET, None, "", 1, True, 1.0, "LT-1", "ada@c", "carol@c", "S2", "p")
LIVES: tuple[dict[str, Any], ...] = (
    {"inactive_since": None},
    {"inactive_since": "2026-11-10T08:00:00Z"},
    {"unlisted_reads": 1},
    {"superseded": ()},
)


@contextmanager
def in_full() -> Iterator[None]:
    """Plan every device and every user in full, value by value."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bound_devices, "unchanged", lambda planner, places: [False] * len(places))
        patch.setattr(people, "_changing", lambda settings, users, directory, found: users)
        patch.setattr(devices, "distinct_rows", lambda inputs: None)
        patch.setattr(mapping, "_together", lambda step, values: list(map(step.value, values)))
        patch.setattr(columns, "_all_fit", lambda field, column: False)
        yield


class Change:
    """Changes some of what a store holds and some of what is read, each thing with this chance."""

    def __init__(self, random: Random, chance: float) -> None:
        self.random, self.chance, self.one = random, chance, random.choice

    def strikes(self) -> bool:
        return self.random.random() < self.chance

    def recording(self, recording: Recording, state: State) -> Recording:
        """Return the next day's recording of a changed store."""
        changed = replace(
            state,
            assets=tuple(self.asset(each, state.people) if self.strikes() else each for each in state.assets),
            people=tuple(self.person(each) if self.strikes() else each for each in state.people),
            bindings=tuple(self.binding(each) if self.strikes() else each for each in state.bindings),
        )
        snapshots = tuple(
            replace(
                each,
                read_at=self.one([NOW, LATER]),
                devices=tuple(self.device(device) if self.strikes() else device for device in each.devices),
            )
            for each in recording.snapshots
        )
        return replace(recording, taken_at=LATER, state=changed, snapshots=snapshots)

    def asset(self, asset: Asset, known: tuple[Person, ...]) -> Asset:
        """Return an asset that somebody changed."""
        filled = [place for place, value in enumerate(asset.values) if value is not None] or [0]
        place = self.one(filled)
        values = (*asset.values[:place], self.one(VALUES), *asset.values[place + 1 :])
        changes: list[dict[str, Any]] = [
            {"type": self.one([None, "Laptop", "Phone"])},
            {"site": self.one([None, "Contoso/Leeds", "Contoso/Head Office"])},
            {"status": self.one(STATUSES)},
            {"user": self.one([None, *(person.id for person in known)])},
            *[{"values": values}] * 4,
        ]
        return replace(asset, **self.one(changes))

    def person(self, person: Person) -> Person:
        """Return a user whom somebody changed."""
        return replace(person, **{self.one(["upn", "mail"]): self.one([None, "ada@c", "bob@c", " ADA@c"])})

    def binding(self, binding: Binding) -> Binding:
        """Return a binding with another life."""
        return replace(binding, life=replace(binding.life, **self.one(LIVES)))

    def device(self, device: Any) -> Any:
        """Return a device with one other property."""
        values = asdict(device)
        name = self.one(sorted(values.keys() - {"id"}))
        values[name] = self.one([None, UNSET, NOW]) if name.endswith("DateTime") else self.one(READ)
        return type(device)(**values)


@settings(derandomize=True, deadline=None, database=None, max_examples=500, suppress_health_check=SLOW)
@given(cases(), st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 0.4]))
def test_the_hot_path_finds_what_planning_in_full_finds(
    case: tuple[Environment, Recording], seed: int, chance: float
) -> None:
    """On a store that an apply left, and that people and Intune changed since."""
    environment, recording = case
    state = applied(build_plan(environment, recording), recording.state)
    changed = Change(Random(seed), chance).recording(recording, state)
    plan = build_plan(environment, changed)
    event(f"changes: {bool(plan.changes)}")
    with in_full():
        assert build_plan(environment, changed) == plan


def test_a_connection_that_only_creates_plans_nothing_for_what_is_there() -> None:
    """With nothing left that could differ, every bound device is as it is."""
    environment = base_environment()
    base = environment.connections["intune"]
    mappings = [each.model_copy(update={"write": Write.ON_CREATE}) for each in base.field_mappings.mappings]
    users = {"assign_from": AssignFrom.NONE, "import_users": ImportUsers(enabled=False)}
    idle = Connection(
        base.name,
        base.connection,
        base.asset_types.model_copy(update={"update_types": False}),
        base.field_mappings.model_copy(update={"mappings": mappings}),
        base.users.model_copy(update=users),
        base.imports.model_copy(update={"site_allocation": SiteAllocation.KEEP}),
    )
    environment = Environment(environment.instance, environment.catalogue, {"intune": idle}, "digest")
    recording = Maker(Random(6), 4, []).recording(environment)
    state = applied(build_plan(environment, recording), recording.state)
    again = build_plan(environment, replace(recording, state=state))
    assert (again.changes, again.connections[0].report.bound > 0) == ((), True)
