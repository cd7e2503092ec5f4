"""The tenant's own organisation is a part of its own (S2, G4)."""

from collections.abc import Callable
from typing import Any

import pytest
import responses

from reconciler.intune.inputs import Bound, Needs
from reconciler.intune.reader import Access, read_snapshot
from reconciler.model.snapshot import Organisation, Part, Snapshot
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName
from reconciler.simulator.server import Simulator

LIST = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices"
ORGANISATION = "https://graph.microsoft.com/v1.0/organization"


@pytest.fixture
def read_named(access: Callable[..., Access], clock: Any) -> Callable[[], Snapshot]:
    """Read the simulated tenant with its organisation."""
    needs = Needs(("serialNumber",), organisation=True)
    return lambda: read_snapshot("intune", access(), needs, Bound(), lambda _what, _count: None, pace=clock.pace)


def test_the_tenant_says_what_it_is_called(simulator: Simulator, read_named: Callable[[], Snapshot]) -> None:
    """Its id and name, in one call."""
    snapshot = read_named()
    assert snapshot.organisation == Organisation(simulator.tenant.tenant_id, simulator.tenant.organisation)
    assert (snapshot.organisation_unknown, simulator.tally.counts["organization"]) == (None, 1)


def test_an_organisation_that_fails_leaves_the_rest_whole(
    simulator: Simulator, read_named: Callable[[], Snapshot]
) -> None:
    """The part says why, naming its own permission."""
    simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.ORGANIZATION,)))
    snapshot = read_named()
    assert (len(snapshot.devices), snapshot.organisation) == (60, None)
    assert snapshot.unknown_parts() == (Part("organisation", str(snapshot.organisation_unknown)),)
    assert "permission Organization.Read.All (type Application)" in str(snapshot.organisation_unknown)


def test_it_is_not_asked_for_when_nothing_needs_it(simulator: Simulator, read: Callable[..., Snapshot]) -> None:
    """No call, and no part that is unknown."""
    assert read().unknown_parts() == ()
    assert "organization" not in simulator.tally.counts


@pytest.mark.parametrize(
    "value", [[], [{"id": "t"}], [{"id": "t", "displayName": "A"}, {"id": "u", "displayName": "B"}], None]
)
def test_anything_but_one_organisation_with_a_name_is_unknown(
    wire: responses.RequestsMock, read_wire: Callable[..., Snapshot], value: object
) -> None:
    """Graph answers with exactly one."""
    wire.get(LIST, json={"value": []})
    wire.get(ORGANISATION, json={"value": value})
    snapshot = read_wire(organisation=True)
    assert snapshot.organisation is None
    assert "not with the JSON that Graph sends" in str(snapshot.organisation_unknown)
