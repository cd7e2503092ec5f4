"""The detected software: the export job and its file, the list of applications, and what is wrong with either."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable

import pytest

from reconciler.errors import GraphError
from reconciler.intune.inputs import Bounds
from reconciler.intune.parts.detections import SoftwareRead
from reconciler.intune.parts.software_csv import COLUMNS, read_export
from reconciler.intune.reader import Bound, Needs, read_snapshot
from reconciler.model.snapshot import Part, Snapshot, Software
from reconciler.simulator.faults import Fault
from reconciler.simulator.server import Simulator

Read = Callable[[str], Snapshot]


@pytest.fixture
def read_software(access, clock) -> Read:
    """Read the simulated tenant's devices and software by one of the two ways."""

    def run(via: str) -> Snapshot:
        needs = Needs(("serialNumber",), (), via)
        bounds = Bounds(export_bytes=20 * 1024**2)
        return read_snapshot(
            "intune", access(bounds=bounds), needs, Bound(), lambda _what, _count: None, pace=clock.pace
        )

    return run


def told(snapshot: Snapshot) -> dict[str, list[tuple[str, str, str | None]]]:
    """Return what was detected on each device, in words."""
    rows = [(each.name, each.version, each.publisher) for each in snapshot.software]
    return {device: [rows[place] for place in places] for device, places in snapshot.detected.items()}


def expected(simulator: Simulator) -> dict[str, list[tuple[str, str, str | None]]]:
    """Return the same of the tenant."""
    tenant = simulator.tenant
    return {
        device.id: sorted((app.name, app.version, app.publisher or None) for app in tenant.detected(device))
        for device in tenant.devices.items
        if tenant.detected(device)
    }


@pytest.mark.parametrize("via", ["export", "detected-apps"])
def test_both_ways_read_what_is_detected_on_every_device(simulator: Simulator, read_software: Read, via: str) -> None:
    """The two ways give the same software; personal devices have none."""
    snapshot = read_software(via)
    assert told(snapshot) == expected(simulator)
    assert (snapshot.software_unknown, snapshot.software_partial, snapshot.unknown_parts()) == (None, None, ())


def test_the_export_is_one_post_and_a_file_fetched_without_a_token(simulator: Simulator, read_software: Read) -> None:
    """One job is made and polled until it is done; the file's host would refuse a token."""
    read_software("export")
    counts = simulator.tally.counts
    assert {name: counts[name] for name in ("exports", "export", "download")} == {
        "exports": 1,
        "export": 2,
        "download": 1,
    }
    assert [asked.path for asked in simulator.tally.log if asked.method == "POST"].count(
        "/v1.0/deviceManagement/reports/exportJobs"
    ) == 1


def test_software_is_not_asked_for_unless_it_is_needed(simulator: Simulator, read: Callable[..., Snapshot]) -> None:
    """Without the import no export job is made, and the software is not read."""
    assert read().software_unknown == "not read"
    assert "exports" not in simulator.tally.counts


@pytest.mark.parametrize("fault", ["stuck-export", "failed-export"])
def test_a_job_that_comes_to_nothing_is_asked_for_again(simulator: Simulator, read_software: Read, fault: str) -> None:
    """The third job succeeds, so all of the software is known."""
    simulator.inject(Fault(fault, times=2))
    assert told(read_software("export")) == expected(simulator)
    assert simulator.tally.counts["exports"] == 3


@pytest.mark.parametrize(
    ("fault", "why"),
    [("stuck-export", "was still inProgress after 240 s"), ("failed-export", "failed")],
)
def test_three_jobs_that_come_to_nothing_are_enough(
    simulator: Simulator, read_software: Read, fault: str, why: str
) -> None:
    """After three jobs the software is unknown, and the devices are read all the same."""
    simulator.inject(Fault(fault, times=None))
    snapshot = read_software("export")
    assert snapshot.software_unknown == (
        "The export of AppInvRawData was asked for 3 times, and each time it came to nothing: it "
        f"{why}, then it {why}, then it {why}. Try again later, or use `via: detected-apps`."
    )
    assert (len(snapshot.devices), snapshot.detected) == (60, {})
    assert simulator.tally.counts["exports"] == 3


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault("export-columns"), "lacks the column ApplicationPublisher, which was asked for"),
        (Fault("two-files"), "The software report's zip holds 2 files, and it should hold one."),
        (Fault("zip-bomb", size=21_000_000), "are read. Raise `reading.exportBytes` in connection.yaml."),
        (Fault("huge-export", size=21_000_000), "20 MiB; the rest was not read. Raise `reading.exportBytes` in conn"),
        (Fault("html", on=("download",)), "The software report cannot be read: File is not a zip file."),
        (Fault("missing-permission", on=("exports",)), "permission DeviceManagementManagedDevices.Read.All"),
        (Fault("missing-permission", on=("export",)), "permission DeviceManagementManagedDevices.Read.All"),
        (Fault("redirect", on=("download",)), "was answered 302 Found"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_an_export_that_is_not_what_it_should_be_leaves_the_software_unknown(
    simulator: Simulator, read_software: Read, fault: Fault, why: str
) -> None:
    """The reason is told, no signature with it, and everything else is read."""
    simulator.inject(fault)
    snapshot = read_software("export")
    assert why in str(snapshot.software_unknown)
    assert "sig=" not in str(snapshot.software_unknown)
    assert snapshot.unknown_parts() == (Part("software", str(snapshot.software_unknown)),)
    assert (len(snapshot.devices), snapshot.devices_unknown, snapshot.detected) == (60, None, {})


def test_a_download_that_fails_for_a_moment_is_tried_again(simulator: Simulator, read_software: Read) -> None:
    """503 and a dropped connection are no reason to go without the software."""
    simulator.inject(Fault("server-error", on=("download",)))
    simulator.inject(Fault("drop", on=("download",), partway=True))
    assert told(read_software("export")) == expected(simulator)


def test_an_application_whose_devices_are_refused_makes_the_read_partial(
    simulator: Simulator, read_software: Read
) -> None:
    """The others count, and it is told that they are not all."""
    simulator.inject(Fault("nested-error", on=("app-devices",)))
    snapshot = read_software("detected-apps")
    assert snapshot.software_unknown is None
    assert str(snapshot.software_partial).startswith("the devices of 1 detected applications could not be read, first ")
    assert sum(map(len, snapshot.detected.values())) < sum(map(len, expected(simulator).values()))


def test_a_list_of_applications_that_is_refused_leaves_the_software_unknown(
    simulator: Simulator, read_software: Read
) -> None:
    """Without the list nothing is known."""
    simulator.inject(Fault("missing-permission", on=("detected-apps",)))
    assert "403 Forbidden" in str(read_software("detected-apps").software_unknown)


def test_the_devices_of_an_application_are_read_to_their_last_page(simulator: Simulator, read_software: Read) -> None:
    """More devices than a page holds are followed by their link."""
    for device in simulator.tenant.devices.items:
        simulator.tenant.inventory.set(device, ("Everywhere", "1.0", "Contoso"))
    snapshot = read_software("detected-apps")
    assert len(snapshot.detected) == 60
    assert snapshot.software == (Software("Everywhere", "1.0", "Contoso"),)


def packed(text: str) -> bytes:
    """Return a zip that holds a text as its only file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("AppInvRawData.csv", text.encode("utf-8"))
    return stream.getvalue()


def exported(rows: Iterable[str], header: str = ",".join(COLUMNS), **bounds: int) -> SoftwareRead:
    """Read a report of these lines."""
    report = io.BytesIO(packed("\ufeff" + "\r\n".join([header, *rows]) + "\r\n"))
    return read_export(report, lambda _what, _count: None, Bounds(**bounds))


def test_columns_are_found_by_name_whatever_else_there_is() -> None:
    """Order and further columns do not matter."""
    found = exported(
        ["Contoso,x,1.0,d-1,Tool"], "ApplicationPublisher,Platform_loc,ApplicationVersion,DeviceId,ApplicationName"
    )
    assert found == SoftwareRead((Software("Tool", "1.0", "Contoso"),), {"d-1": (0,)})


def test_quotes_newlines_commas_and_formulas_are_names_like_any_other() -> None:
    """A name is what the cell holds, on one line."""
    found = exported(
        [
            "d-1,\"=cmd|'/c calc'!A1\",1.0,",
            'd-1,"The ""best"", of\r\n two lines","1, 0, 0, 1"," Łódź "',
            "D-1 ,  +SUM(A1)  ,,",
        ]
    )
    assert found.software == (
        Software("+SUM(A1)"),
        Software("=cmd|'/c calc'!A1", "1.0"),
        Software('The "best", of two lines', "1, 0, 0, 1", "Łódź"),
    )
    assert found.detected == {"d-1": (0, 1, 2)}


def test_rows_without_a_device_or_with_other_cells_are_left_out_and_told() -> None:
    """The rest counts; a row without a name is none."""
    found = exported(["d-1,Tool,1.0,", ",Lost,1.0,", "d-1,Short", "d-1,,1.0,Nameless"])
    assert (found.software, found.detected) == ((Software("Tool", "1.0"),), {"d-1": (0,)})
    assert found.partial == (
        "2 rows of the software report could not be used, the first is row 3: they have no device or another number "
        "of cells"
    )


@pytest.mark.parametrize(
    "text",
    ["", "DeviceId\r\n", f'{",".join(COLUMNS)}\r\nd-1,"never closed', f"{','.join(COLUMNS)}\r\nd-1,{'x' * 200_000},,"],
    ids=["empty", "columns", "cut short", "endless cell"],
)
def test_what_is_no_such_report_is_an_error(text: str) -> None:
    """A file that is empty, cut short or no CSV is refused as a whole, whatever bound another reader left."""
    csv.field_size_limit(1_000_000)
    with pytest.raises(GraphError, match=r"^The software report (cannot be read|lacks the columns)"):
        read_export(io.BytesIO(packed(text)), lambda _what, _count: None, Bounds())


def test_a_report_is_read_up_to_its_bound_and_no_further() -> None:
    """One byte more than the bound is too much."""
    text = f"\ufeff{','.join(COLUMNS)}\r\nd-1,Tool,1.0,\r\n"
    size = len(text.encode())
    assert exported(["d-1,Tool,1.0,"], export_bytes=size).detected == {"d-1": (0,)}
    with pytest.raises(GraphError, match=r"are read. Raise `reading\.exportBytes`"):
        exported(["d-1,Tool,1.0,"], export_bytes=size - 1)


def test_a_report_has_so_many_rows_and_no_more() -> None:
    """One row more than the bound is too much, and the setting that raises it is named."""
    assert exported(["d-1,Tool,1.0,", "d-2,Tool,1.0,"], export_rows=2).detected == {"d-1": (0,), "d-2": (0,)}
    with pytest.raises(GraphError, match=r"more than 1 rows; the rest was not read\. Raise `reading\.exportRows`"):
        exported(["d-1,Tool,1.0,", "d-2,Tool,1.0,"], export_rows=1)


def test_a_zip_that_holds_more_than_it_claims_is_an_error() -> None:
    """What the directory says of the size bounds what is read, and what was cut off is missed."""
    whole = packed(f"{','.join(COLUMNS)}\r\nd-1,Tool,1.0,\r\n")
    at = whole.index(b"PK\x01\x02") + 24
    false = whole[:at] + (3).to_bytes(4, "little") + whole[at + 4 :]
    with pytest.raises(GraphError, match=r"^The software report (cannot be read|lacks the columns)"):
        read_export(io.BytesIO(false), lambda _what, _count: None, Bounds())
