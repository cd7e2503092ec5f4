"""The data: reproducible, of likely shape, and changing only where it says so."""

from datetime import UTC, datetime

import pytest

from reconciler.simulator.tenant.days import Counts, Day, ReEnrolment
from reconciler.simulator.tenant.hardware import JUNK_SERIALS
from reconciler.simulator.tenant.records import NEVER, ZERO_GUID, Device
from reconciler.simulator.tenant.tenant import Tenant


def by_id(tenant: Tenant) -> dict[str, Device]:
    return {device.id: device for device in tenant.devices.items}


def told(day: Day) -> set[str]:
    again = {one for pair in day.re_enrolled for one in (pair.old, pair.new)}
    return {*day.new, *day.gone, *day.renamed, *day.reassigned, *day.unassigned, *day.checked_in, *again}


def test_the_same_seed_and_sizes_give_the_same_data() -> None:
    first, second = (Tenant.generate(devices=80, users=50, seed=7) for _ in range(2))

    assert first.devices == second.devices
    assert first.users == second.users
    assert first.next_day() == second.next_day()
    assert first.devices == second.devices


def test_another_seed_gives_other_data() -> None:
    first, second = (Tenant.generate(devices=80, users=50, seed=seed) for seed in (1, 2))

    assert not by_id(first).keys() & by_id(second).keys()


def test_reads_do_not_change_the_next_day() -> None:
    read, unread = (Tenant.generate(devices=80, users=50) for _ in range(2))
    read.tick()

    assert read.next_day() == unread.next_day()
    assert read.now == datetime(2026, 9, 15, 6, tzinfo=UTC)


def test_a_fleet_of_usual_size_has_every_oddity() -> None:
    devices = Tenant.generate().devices.items
    userless = [device for device in devices if not device.userId]

    assert len({device.id for device in devices}) == 500
    assert {device.operatingSystem for device in devices} == {"Windows", "iOS", "Android", "macOS"}
    assert {device.managedDeviceOwnerType for device in devices} == {"company", "personal"}
    assert {device.managementAgent for device in devices} == {"mdm", "msSense"}
    assert {(one.userPrincipalName, one.emailAddress, one.userDisplayName) for one in userless} == {("", "", "")}
    assert any(device.serialNumber in JUNK_SERIALS for device in devices)
    assert any(device.serialNumber.startswith("VMware-") for device in devices)
    assert any(device.model == "Virtual Machine" for device in devices)
    assert any(device.azureADDeviceId == ZERO_GUID for device in devices)
    assert any(device.complianceGracePeriodExpirationDateTime == NEVER for device in devices)
    assert any(device.userPrincipalName[32:] == device.emailAddress != "" for device in devices)
    assert sum(device.deviceName == "iPhone" for device in devices) > 1


def test_serials_that_are_not_junk_are_unique() -> None:
    serials = [one.serialNumber for one in Tenant.generate(devices=3000).devices.items]
    worthy = [serial for serial in serials if serial not in JUNK_SERIALS]

    assert len(set(worthy)) == len(worthy)


def test_users_have_offices_and_some_are_disabled_or_guests() -> None:
    users = Tenant.generate().users.items

    assert {user.officeLocation for user in users} == {"Head Office", "Leeds", "Remote", None}
    assert {user.accountEnabled for user in users} == {True, False}
    assert {user.userType for user in users} == {"Member", "Guest"}
    assert len({user.userPrincipalName for user in users}) == 400


def test_devices_belong_to_enabled_members() -> None:
    tenant = Tenant.generate()
    owners = {tenant.user(device.userId) for device in tenant.devices.items if device.userId}

    assert {(user.accountEnabled, user.userType) for user in owners if user} == {(True, "Member")}
    assert None not in owners


@pytest.mark.parametrize("fleet", [0, 10, 60, 250, 500, 834, 5000, 1_000_000])
def test_usual_deletions_stay_within_ten_and_three_percent(fleet: int) -> None:
    gone = Counts.usual(fleet).gone

    assert gone <= 10
    assert gone <= fleet * 0.03


def test_the_usual_day_of_500_devices() -> None:
    assert Counts.usual(500) == Counts(new=8, gone=6, renamed=5, re_enrolled=4, reassigned=6, unassigned=5)


def test_a_day_changes_exactly_the_devices_that_it_tells() -> None:
    tenant = Tenant.generate()
    before = by_id(tenant)
    day = tenant.next_day()
    after = by_id(tenant)

    changed = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    assert changed == told(day)
    assert after.keys() - before.keys() == {*day.new, *(pair.new for pair in day.re_enrolled)}
    assert before.keys() - after.keys() == {*day.gone, *(pair.old for pair in day.re_enrolled)}


def test_each_event_of_a_day_does_what_its_name_says() -> None:
    tenant = Tenant.generate()
    before = by_id(tenant)
    day = tenant.next_day(renamed=1, re_enrolled=1, reassigned=1, unassigned=1)
    after = by_id(tenant)
    (renamed,), (pair,), (reassigned,), (unassigned,) = day.renamed, day.re_enrolled, day.reassigned, day.unassigned

    assert before[renamed].deviceName != after[renamed].deviceName
    assert before[pair.old].serialNumber == after[pair.new].serialNumber
    assert before[pair.old].enrolledDateTime < after[pair.new].enrolledDateTime
    assert tenant.deleted(pair.old) == before[pair.old]
    assert after[reassigned].userId not in {"", before[reassigned].userId}
    assert (after[unassigned].userId, after[unassigned].userPrincipalName) == ("", "")
    assert all(before[one].lastSyncDateTime < after[one].lastSyncDateTime for one in day.checked_in if one in after)


def test_a_day_without_events_only_lets_devices_check_in() -> None:
    tenant = Tenant.generate(devices=40, users=10)
    day = tenant.next_day(new=0, gone=0, renamed=0, re_enrolled=0, reassigned=0, unassigned=0)

    assert day == Day(now="2026-09-15T06:00:00Z", checked_in=day.checked_in)


def test_a_fleet_that_is_too_small_for_a_day_is_refused() -> None:
    tenant = Tenant.generate(devices=0, users=0)

    with pytest.raises(ValueError, match=r"The day needs 1 company devices with a user, the tenant has 0\."):
        tenant.next_day(gone=1)


def test_single_events_can_be_made_to_happen() -> None:
    tenant = Tenant.generate(devices=0, users=3)
    first, second, _ = tenant.users.items
    device = tenant.enrol(user=first.userPrincipalName, deviceName="LT-1", serialNumber="5CG1")

    tenant.rename(device.id, "LT-2")
    tenant.reassign(device.id, second.id)
    tenant.edit(device.id, model="Virtual Machine")
    now = tenant.device(device.id)

    assert now is not None
    assert (now.deviceName, now.serialNumber, now.model) == ("LT-2", "5CG1", "Virtual Machine")
    assert (now.userPrincipalName, now.emailAddress) == (second.userPrincipalName, second.mail)
    assert (now.managedDeviceOwnerType, now.enrolledDateTime) == ("company", "2026-09-14T04:00:00Z")


def test_a_deleted_device_can_be_restored_as_it_was() -> None:
    tenant = Tenant.generate(devices=1, users=1)
    (device,) = tenant.devices.items

    tenant.delete(device.id)
    assert (tenant.devices.items, tenant.deleted(device.id)) == ((), device)

    tenant.restore(device.id)
    assert (tenant.devices.items, tenant.deleted(device.id)) == ((device,), None)


def test_an_unknown_device_or_user_is_refused_by_name() -> None:
    tenant = Tenant.generate(devices=1, users=1)

    with pytest.raises(LookupError, match=r"The tenant has no device nothing\."):
        tenant.rename("nothing", "LT-1")
    with pytest.raises(LookupError, match=r"The tenant has no user nobody@contoso\.example\."):
        tenant.reassign(tenant.devices.items[0].id, "nobody@contoso.example")


def test_re_enrolments_are_told_as_pairs() -> None:
    tenant = Tenant.generate()
    day = tenant.next_day(re_enrolled=2)

    assert day.re_enrolled == tuple(ReEnrolment(pair.old, pair.new) for pair in day.re_enrolled)
    assert [tenant.device(pair.old) for pair in day.re_enrolled] == [None, None]
