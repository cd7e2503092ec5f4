"""Reading one connection: devices, absence, details, users and so on; each part can fail on its own (G1-G8)."""

from collections.abc import Sequence
from typing import Any

from reconciler.columnar import pack
from reconciler.intune.http import hosts
from reconciler.intune.http.budget import Budget, Pace
from reconciler.intune.http.graph import Graph
from reconciler.intune.http.threads import threads
from reconciler.intune.http.transport import Transport
from reconciler.intune.inputs import Access, Bound, Needs
from reconciler.intune.parts.absence import Absence, prove_absence
from reconciler.intune.parts.details import read_details
from reconciler.intune.parts.devices import DeviceList, Progress, answered_at, read_devices
from reconciler.intune.parts.list_warnings import enrolled_count, list_warnings
from reconciler.intune.parts.organisation import read_organisation
from reconciler.intune.parts.owners import read_owners
from reconciler.intune.parts.records import Records, device_details, listed_devices, single_devices, users
from reconciler.intune.parts.software import read_software
from reconciler.intune.parts.users import read_people
from reconciler.intune.signin.tokens import SignIn
from reconciler.model.snapshot import Snapshot

__all__ = ["Access", "Bound", "Needs", "Pace", "Progress", "read_snapshot"]


def read_snapshot(
    connection_name: str,
    access: Access,
    needs: Needs,
    bound: Bound,
    progress: Progress,
    *,
    pace: Pace = Pace(),  # noqa: B008 - frozen
) -> Snapshot:
    """Read what the needs name; what could not be read stands in the snapshot.

    `progress` gets what is being read and how many there are by now, from more than one thread.

    Raises SignInError for hosts that may not be spoken to and when there is no token; GraphError and UnreachableError
    when not even the first page of devices could be read.
    """
    hosts.check(access)
    transport = Transport(Budget(access.bounds.time_budget, pace))
    try:
        sign_in = SignIn(access, transport)
        sign_in.token()
        graph = Graph(access.graph, sign_in, transport)
        if not needs.devices:
            return _read_without_devices(connection_name, access, graph, needs, progress)
        return _read(connection_name, access, graph, needs, bound, progress)
    finally:
        transport.close()


def _read(name: str, access: Access, graph: Graph, needs: Needs, bound: Bound, progress: Progress) -> Snapshot:
    """Read every part side by side, and return them as a snapshot with what each could not answer."""
    listed, people = listed_devices(needs.device_properties), users(needs.user_properties)
    with threads(5, "parts") as parts:
        reading_people = parts.submit(_people, graph, people, progress)
        reading_software = parts.submit(read_software, graph, needs.software, progress)
        reading_owners = parts.submit(read_owners, graph, needs.owners, progress)
        reading_organisation = parts.submit(read_organisation, graph, needs.organisation)
        counting = parts.submit(enrolled_count, graph)
        devices = read_devices(graph, listed, progress)
        ids = frozenset(devices.devices.column("id"))
        list_ = _list_alone(name, access, listed, devices)
        absence = _absence(graph, needs, bound, list_, ids, progress)
        details_of = device_details(needs.device_properties)
        due = needs.details_due(list_) if details_of.properties else None
        details = read_details(graph, details_of, devices.devices, due, progress)
        found_people, people_unknown = reading_people.result()
        software = reading_software.result()
        owners = reading_owners.result()
        organisation, organisation_unknown = reading_organisation.result()
        warnings: tuple[str, ...] = ()
        if not devices.unknown:
            warnings = list_warnings(ids, bound.expected, len(absence.found), counting.result())
    return Snapshot(
        connection=name,
        source="intune",
        tenant_id=access.tenant_id,
        read_at=devices.read_at,
        device_properties=listed.properties,
        devices=_together(details.devices, absence),
        devices_unknown=devices.unknown,
        unlisted=tuple(sorted(device.id for device in absence.found)),
        absent=absence.absent,
        absence_unknown=absence.unknown,
        absence_skipped=absence.skipped,
        details_unknown=details.unknown,
        details_asked=due,
        user_properties=people.properties,
        users=found_people,
        users_unknown=people_unknown,
        owners=owners.owners,
        owners_unknown=owners.unknown,
        organisation=organisation,
        organisation_unknown=organisation_unknown,
        software=software.software,
        detected=software.detected,
        software_unknown=software.unknown,
        software_partial=software.partial,
        warnings=warnings,
    )


def _read_without_devices(name: str, access: Access, graph: Graph, needs: Needs, progress: Progress) -> Snapshot:
    """Read the users and the organisation alone (A5): no device is asked for, and so none is absent."""
    people = users(needs.user_properties)
    with threads(1, "parts") as parts:
        reading_organisation = parts.submit(read_organisation, graph, needs.organisation)
        found_people, people_unknown = _people(graph, people, progress)
        organisation, organisation_unknown = reading_organisation.result()
    return Snapshot(
        connection=name,
        source="intune",
        tenant_id=access.tenant_id,
        read_at=answered_at(graph.first_date, graph),
        device_properties=(),
        devices=(),
        devices_unknown="not read",
        user_properties=people.properties,
        users=found_people,
        users_unknown=people_unknown,
        organisation=organisation,
        organisation_unknown=organisation_unknown,
    )


def _people(graph: Graph, records: Records, progress: Progress) -> tuple[Sequence[Any], str | None]:
    if not records.properties:
        return (), "not read"
    return read_people(graph, records, progress)


def _list_alone(name: str, access: Access, records: Records, devices: DeviceList) -> Snapshot:
    return Snapshot(
        connection=name,
        source="intune",
        tenant_id=access.tenant_id,
        read_at=devices.read_at,
        device_properties=records.properties,
        devices=devices.devices,
        devices_unknown=devices.unknown,
    )


def _absence(
    graph: Graph, needs: Needs, bound: Bound, list_: Snapshot, ids: frozenset[str], progress: Progress
) -> Absence:
    if list_.devices_unknown is not None:
        return Absence()
    return prove_absence(graph, single_devices(needs.device_properties), bound, list_, ids, progress)


def _together(devices: Sequence[Any], absence: Absence) -> Sequence[Any]:
    if not absence.found:
        return devices
    return pack((*devices, *absence.found))
