"""Reading a whole connection from the simulator over TLS, with the real msal and requests."""

import re
import threading
import time
from collections.abc import Callable

import msgspec
import pytest

from reconciler.errors import GraphError, UnreachableError
from reconciler.intune.reader import Access, Bound, Needs, read_snapshot
from reconciler.model.snapshot import Part, Snapshot, record_type
from reconciler.simulator.exchange import Endpoint
from reconciler.simulator.faults import Fault, FaultName, RetryForm
from reconciler.simulator.server import Simulator
from reconciler.simulator.tenant.tenant import Tenant

Read = Callable[..., Snapshot]

PROPERTIES = ("serialNumber",)

_KINDS = {
    "deviceName": "text",
    "enrolledDateTime": "datetime",
    "lastSyncDateTime": "datetime",
    "serialNumber": "text",
    "userPrincipalName": "text",
}


def ids(simulator: Simulator) -> list[str]:
    """Return the tenant's device ids."""
    return sorted(device.id for device in simulator.tenant.devices.items)


def read_ids(snapshot: Snapshot) -> list[str]:
    """Return the ids that were read."""
    return sorted(device.id for device in snapshot.devices)


def test_a_read_gives_every_page_clean(simulator: Simulator, read: Read) -> None:
    """All pages are read, and sentinels are empty."""
    device = record_type("Device", tuple(_KINDS.items()))
    expected = [
        device(
            id=one.id,
            deviceName=one.deviceName,
            enrolledDateTime=one.enrolledDateTime,
            lastSyncDateTime=one.lastSyncDateTime,
            serialNumber=one.serialNumber or None,
            userPrincipalName=re.sub("^[0-9a-f]{32}", "", one.userPrincipalName) or None,
        )
        for one in simulator.tenant.devices.items
    ]
    assert read() == Snapshot(
        connection="intune",
        source="intune",
        tenant_id=simulator.tenant.tenant_id,
        read_at="2026-09-14T06:00:01Z",
        device_properties=tuple(_KINDS),
        devices=tuple(expected),
    )


def test_only_gets_the_token_and_nothing_else_is_asked(simulator: Simulator, read: Read) -> None:
    """A read of devices alone asks discovery, one token, three pages and the overview: no user, no batch."""
    read()
    assert simulator.tally.counts == {"devices": 3, "discovery": 1, "overview": 1, "token": 1}


def test_users_are_read_when_a_property_of_theirs_is_needed(simulator: Simulator, read: Read) -> None:
    """Users come with the properties asked for."""
    snapshot = read(users=("department", "mail"))
    expected = [(one.id, one.department, one.mail) for one in simulator.tenant.users.items]
    assert (snapshot.user_properties, snapshot.users_unknown) == (("department", "mail"), None)
    assert [(user.id, user.department, user.mail) for user in snapshot.users] == expected


def test_progress_is_told_page_by_page(read: Read) -> None:
    """Each page says how many there are by now."""
    told: list[tuple[str, int]] = []
    read(users=("mail",), progress=lambda what, count: told.append((what, count)))
    assert [count for what, count in told if what == "devices"] == [25, 50, 60]
    assert [count for what, count in told if what == "users"] == [25, 30]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultName.THROTTLE, times=2),
        Fault(FaultName.THROTTLE, retry_form=RetryForm.DECIMAL, retry_after=2.128),
        Fault(FaultName.THROTTLE, retry_form=RetryForm.DATE, retry_after=30),
        Fault(FaultName.THROTTLE, retry_form=RetryForm.NONE, times=3),
        Fault(FaultName.DROP, times=2),
        Fault(FaultName.DROP, partway=True, after=1),
        *(Fault(FaultName.SERVER_ERROR, status=status) for status in (500, 502, 503, 504)),
        Fault(FaultName.HTML, status=503),
        Fault(FaultName.EXPIRED_TOKEN, after=1),
        Fault(FaultName.EMPTY_PAGE, after=1),
        Fault(FaultName.EMPTY_PAGE, times=4),
        Fault(FaultName.DUPLICATE_DEVICE),
    ],
    ids=lambda fault: f"{fault.name}-{fault.retry_form}-{fault.status}-{fault.times}-{fault.after}",
)
def test_a_passing_fault_changes_nothing(simulator: Simulator, read: Read, fault: Fault) -> None:
    """Throttling, server errors, drops, an expired token, empty pages and repeated devices leave the read whole."""
    sound = read()
    simulator.inject(msgspec.structs.replace(fault, on=(Endpoint.DEVICES,)))
    again = read()
    assert msgspec.structs.replace(again, read_at=sound.read_at) == sound


def test_an_expired_token_is_renewed_once(simulator: Simulator, read: Read) -> None:
    """A 401 in the middle gets one new token."""
    simulator.inject(Fault(FaultName.EXPIRED_TOKEN, on=(Endpoint.DEVICES,), after=1))
    read()
    assert simulator.tally.counts == {"devices": 4, "discovery": 1, "overview": 1, "token": 2}


def test_a_token_that_stays_refused_is_an_error(simulator: Simulator, read: Read) -> None:
    """A second 401 is not tried again."""
    simulator.inject(Fault(FaultName.EXPIRED_TOKEN, on=(Endpoint.DEVICES,), times=None))
    with pytest.raises(GraphError, match=r"401 Unauthorized .*A new token was refused too"):
        read()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(FaultName.MISSING_PERMISSION),
            r"403 Forbidden \(Forbidden: Application is not authorized .* permission DeviceManagementManagedDevices",
        ),
        (Fault(FaultName.NESTED_ERROR), r"403 Forbidden \(Forbidden: Forbidden; request id 0"),
        (Fault(FaultName.HTML), r"not with the JSON that Graph sends: text/html, \d+ bytes: “"),
        (Fault(FaultName.BAD_JSON), r"not with the JSON that Graph sends: application/json, \d+ bytes: “\{"),
        (Fault(FaultName.REDIRECT), r"302 Found .*a redirect to elsewhere\.example, and redirects are not followed"),
        (Fault(FaultName.HUGE, size=70_000_000), r"answered with more than 64 MiB"),
        (Fault(FaultName.SERVER_ERROR, status=418), r"managedDevices was answered 418"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_an_error_on_the_first_page_is_raised(simulator: Simulator, read: Read, fault: Fault, said: str) -> None:
    """It names the request, the status, what Graph or whoever answered said, and the request id."""
    simulator.inject(msgspec.structs.replace(fault, on=(Endpoint.DEVICES,)))
    with pytest.raises(GraphError, match=said) as raised:
        read()
    assert "eyJ" not in str(raised.value)
    assert simulator.tally.counts["devices"] == 1


@pytest.mark.parametrize(
    ("fault", "said", "kept"),
    [
        (Fault(FaultName.NESTED_ERROR, on=(Endpoint.DEVICES,), after=1), "403 Forbidden", 25),
        (Fault(FaultName.FOREIGN_NEXT_LINK, on=(Endpoint.DEVICES,)), "links on to https://elsewhere.example", 25),
        (Fault(FaultName.REPEAT_NEXT_LINK), "links on to a page that was read already", 50),
        (Fault(FaultName.BAD_JSON, on=(Endpoint.DEVICES,), after=2), "not with the JSON", 50),
        (Fault(FaultName.SERVER_ERROR, on=(Endpoint.DEVICES,), after=1, times=None), "503 Service Unavailable", 25),
    ],
    ids=lambda value: str(value.name) if isinstance(value, Fault) else "",
)
def test_a_list_that_fails_part_way_keeps_what_it_has_and_proves_nothing(
    simulator: Simulator, read: Read, fault: Fault, said: str, kept: int
) -> None:
    """The devices so far are kept, the part says why it is not whole, and no device is asked for alone."""
    simulator.inject(fault)
    snapshot = read(bound=Bound(frozenset({"gone"}), allowed_absent=5))
    assert len(snapshot.devices) == kept
    assert f"The list ended early, after {kept} devices. GET https://localhost" in str(snapshot.devices_unknown)
    assert said in str(snapshot.devices_unknown)
    assert (snapshot.absent, snapshot.absence_unknown, snapshot.warnings) == ((), {}, ())
    assert "batch" not in simulator.tally.counts


def test_a_list_that_ends_after_an_empty_page_is_a_list(simulator: Simulator, read: Read) -> None:
    """The first page was read, so the connection could be: nothing is known of the devices, and that is told."""
    simulator.inject(Fault(FaultName.EMPTY_PAGE))
    simulator.inject(Fault(FaultName.NESTED_ERROR, on=(Endpoint.DEVICES,), after=1))
    snapshot = read()
    assert snapshot.devices == ()
    assert str(snapshot.devices_unknown).startswith("The list ended early, after 0 devices. GET ")


def test_a_foreign_link_gets_no_request(simulator: Simulator, read: Read) -> None:
    """A link to another host, which has the token's own name in front, is not followed."""
    simulator.inject(Fault(FaultName.FOREIGN_NEXT_LINK, host="localhost.elsewhere.example"))
    assert "https://localhost.elsewhere.example, which is not" in str(read().devices_unknown)


def test_users_that_fail_leave_the_devices_whole(simulator: Simulator, read: Read) -> None:
    """The users are a part of their own, with its own permission."""
    sound = read()
    simulator.inject(Fault(FaultName.MISSING_PERMISSION, on=(Endpoint.USERS,)))
    snapshot = read(users=("mail",))
    assert (snapshot.devices, snapshot.users) == (sound.devices, ())
    assert snapshot.unknown_parts() == (Part("users", str(snapshot.users_unknown)),)
    assert re.fullmatch(
        r"GET https://localhost:\d+/v1\.0/users was answered 403 Forbidden \(Authorization_RequestDenied: Insufficient "
        r"privileges to complete the operation\.; request id [0-9a-f-]{36}\)\. Grant the application the Graph "
        r"permission User\.Read\.All \(type Application\) with admin consent\.",
        str(snapshot.users_unknown),
    )


def test_users_that_fail_part_way_are_not_known(simulator: Simulator, read: Read) -> None:
    """Half the users would look like people who left."""
    simulator.inject(Fault(FaultName.FOREIGN_NEXT_LINK, on=(Endpoint.USERS,)))
    snapshot = read(users=("mail",))
    assert snapshot.users == ()
    assert "links on to https://elsewhere.example" in str(snapshot.users_unknown)


def test_a_duplicate_keeps_the_later_check_in(simulator: Simulator, read: Read) -> None:
    """The same id twice in one read: the later lastSyncDateTime is kept (G7)."""
    twice = simulator.tenant.devices.items[3]
    simulator.inject(Fault(FaultName.DUPLICATE_DEVICE, ids=(twice.id,)))
    snapshot = read()
    assert read_ids(snapshot) == ids(simulator)
    kept = next(device for device in snapshot.devices if device.id == twice.id)
    assert kept.lastSyncDateTime == twice.lastSyncDateTime


def test_a_tenant_without_devices_is_a_whole_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices is an answer, not an error."""
    with Simulator(Tenant.generate(devices=0, users=0)) as empty:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", empty.ca_file)
        snapshot = read(authority=empty.authority, graph=empty.graph)
    assert (snapshot.devices, snapshot.devices_unknown) == ((), None)


def test_a_service_that_stays_away_ends_with_the_tries(simulator: Simulator, read: Read) -> None:
    """Server errors without a Retry-After are given up in the end, naming the last one."""
    simulator.inject(Fault(FaultName.SERVER_ERROR, on=(Endpoint.DEVICES,), times=None))
    with pytest.raises(UnreachableError, match=r"503 Service Unavailable .*, 11 times in all\. Try again later\.$"):
        read()


def test_a_wait_past_the_time_budget_is_not_waited(simulator: Simulator, read: Read) -> None:
    """A Retry-After beyond what is left ends the read at once, and says so."""
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.DEVICES,), retry_after=7201))
    with pytest.raises(
        UnreachableError, match=r"429 .*The next try, after 7201 s, would be too late for the 120 minutes"
    ):
        read()


def test_warns_when_the_overview_counts_otherwise(simulator: Simulator, read: Read) -> None:
    """Intune's own count more than five percent away from the list raises a warning, which is no proof."""
    simulator.inject(Fault(FaultName.SHORT_LIST, leave_out=4))
    warnings = read().warnings
    assert [warning.partition(".")[0] for warning in warnings] == [
        "The list holds 56 devices, while Intune's overview counts 60 enrolled ones"
    ]


def test_an_overview_that_fails_is_nothing(simulator: Simulator, read: Read) -> None:
    """Nothing hangs on the overview: it is asked once, and its failure is no part that is unknown."""
    sound = read()
    simulator.tally.reset()
    simulator.inject(Fault(FaultName.SERVER_ERROR, on=(Endpoint.OVERVIEW,), times=None))
    snapshot = read()
    assert (snapshot.devices, snapshot.unknown_parts(), snapshot.warnings) == (sound.devices, (), ())
    assert simulator.tally.counts["overview"] == 1


def test_an_interrupted_read_ends_at_once(simulator: Simulator, access: Callable[..., Access]) -> None:
    """Whoever presses Ctrl-C does not wait for a part that Graph told to come back in five minutes."""
    simulator.inject(Fault(FaultName.THROTTLE, on=(Endpoint.USERS,), retry_after=300))

    def interrupt(_what: str, _count: int) -> None:
        while not simulator.tally.counts.get("users"):
            time.sleep(0.001)
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_snapshot("intune", access(), Needs(PROPERTIES, ("mail",)), Bound(), interrupt)
    assert time.monotonic() - began < 150  # half of what Graph asked for


def test_a_read_leaves_no_thread_behind(read: Read) -> None:
    """What a read began ends with it."""
    read(users=("mail",), bound=Bound(frozenset({"gone"}), allowed_absent=5))
    parts = ("pages", "parts", "batches")
    assert wait_for(lambda: not [one for one in threading.enumerate() if one.name.startswith(parts)])


def wait_for(condition: Callable[[], bool], most: float = 5) -> bool:
    """Wait until something holds; say whether it does."""
    end = time.monotonic() + most
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    return condition()
