"""Steps of this tool, each through the code that the commands run: plan, apply, and files written and read."""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import msgspec

from benchmarks import pages
from benchmarks.days import DAYS
from benchmarks.settings import environment, surroundings
from benchmarks.step import Facts, timed
from reconciler.columnar import Packed, once_each
from reconciler.intune.parts.records import Records, listed_devices, users
from reconciler.model.plan import Plan
from reconciler.model.snapshot import Snapshot
from reconciler.model.state import Recording
from reconciler.planning.build import build_plan
from reconciler.planning.rules import needs
from reconciler.run.plans.reading import read_state
from reconciler.settings.environment import Connection

EVERY_PAGE: Final = slice(None)


def plan(folder: str, url: str, day: str, output: str | None = None, record: str | None = None) -> Facts:
    """Read the pages of a day and the store, and plan: what `plan ENV` does but for the network and the printing.

    The day `again` has the first day's devices, read a day later. The plan and the recording are saved where asked.
    `phases` are the seconds of each, `work` the CPU time of all of them once everything is loaded.
    """
    from reconciler.store import opening  # noqa: F401, PLC0415 - loaded before the work

    begun, clock = process_time(), [perf_counter()]
    settings = environment()
    clock.append(perf_counter())
    read = snapshot(settings.connections["intune"], folder, day)
    clock.append(perf_counter())
    state = read_state(surroundings(url, settings))
    clock.append(perf_counter())
    recording = Recording(instance="fleet", taken_at=read.read_at, state=state, snapshots=(read,))
    made = build_plan(settings, recording)
    clock.append(perf_counter())
    work = process_time() - begun
    _save(made, output, recording, record)
    told = {"settings": 0, "pages": 1, "store": 2, "planning": 3}
    phases = {name: clock[at + 1] - clock[at] for name, at in told.items()}
    return {"phases": phases, "work": work, "counts": {str(kind): number for kind, number in made.counts().items()}}


def snapshot(
    connection: Connection, folder: str, day: str, devices: slice = EVERY_PAGE, people: slice = EVERY_PAGE
) -> Snapshot:
    """Return what reading a day's pages gives, or some of the pages of its devices and users."""
    listed, named = listed_devices(needs.device_properties(connection)), users(needs.user_properties(connection))
    on_disk = "first" if day == "again" else day
    absent = msgspec.json.decode((Path(folder) / "absent.json").read_bytes()) if day == "next" else ()
    return Snapshot(
        connection=connection.name,
        source="intune",
        tenant_id=connection.tenant_id,
        read_at=DAYS["next" if day == "again" else day],
        device_properties=listed.properties,
        devices=_records(listed, pages.paths(folder, on_disk, "devices")[devices]),
        absent=tuple(absent),
        user_properties=named.properties,
        users=_records(named, pages.paths(folder, on_disk, "users")[people]),
        users_unknown=None,
    )


def _records(records: Records, paths: Iterable[Path]) -> Packed[Any]:
    packing = records.packing()
    for path in paths:
        opened = records.opened(path.read_bytes())
        columns, _ = records.columns(opened[0] if opened else [])
        packing.add(columns, len(columns[0]))
    return once_each(packing.packed(), "id")


def _save(made: Plan, output: str | None, recording: Recording, record: str | None) -> None:
    if output:
        from reconciler.plan_files import write_plan  # noqa: PLC0415 - only where it is used

        write_plan(made, Path(output))
    if record:
        from reconciler.recordings import write_recording  # noqa: PLC0415 - only where it is used

        write_recording(recording, Path(record))


def apply(url: str, plan: str) -> Facts:
    """Apply a saved plan, timed from the decoded plan to the commit: the check, the writing, the reading back."""
    from reconciler.plan_files import read_plan  # noqa: PLC0415 - only where it is used
    from reconciler.run.writes.applying import Order, apply_saved  # noqa: PLC0415 - as above
    from reconciler.store import opening  # noqa: F401, PLC0415 - loaded before the time counts

    settings, made, facts = environment(), read_plan(Path(plan)), Facts()
    order = Order(
        who="benchmark",
        where="here",
        warn=lambda text: None,
        show=lambda plan: None,
        confirm=lambda: True,
        allowances={},
    )
    written = _counting_rows()
    with timed(facts):
        apply_saved(surroundings(url, settings), order, made)
    return facts | {"written": sum(written)}


def _counting_rows() -> list[int]:
    """Return a list that gets, for each connection to SQLite that is closed, how many rows it wrote."""
    from sqlalchemy import Pool, event  # noqa: PLC0415 - only where it is used

    written: list[int] = []
    event.listen(Pool, "close", lambda connection, record: written.append(getattr(connection, "total_changes", 0)))
    return written


def write_plan(plan: str, output: str) -> Facts:
    """Write a plan to a file, timed from the plan in memory."""
    from reconciler import plan_files  # noqa: PLC0415 - only where it is used

    made, facts = plan_files.read_plan(Path(plan)), Facts()
    with timed(facts):
        plan_files.write_plan(made, Path(output))
    return facts | _size(output)


def write_html(plan: str, output: str) -> Facts:
    """Write the HTML report of a plan, timed from the plan in memory."""
    from reconciler.plan_files import read_plan  # noqa: PLC0415 - only where it is used
    from reconciler.report.html.page import plan_html  # noqa: PLC0415 - as above
    from reconciler.whole_file import whole_file  # noqa: PLC0415 - as above

    made, facts = read_plan(Path(plan)), Facts()
    with timed(facts), whole_file(Path(output)) as stream:
        stream.write(plan_html(made, kind="development"))
    return facts | _size(output)


def read_recording(recording: str) -> Facts:
    """Read a recording."""
    from reconciler import recordings  # noqa: PLC0415 - only where it is used

    facts = Facts()
    with timed(facts):
        recordings.read_recording(Path(recording))
    return facts


def write_recording(recording: str, output: str) -> Facts:
    """Write a recording, timed from the recording in memory."""
    from reconciler import recordings  # noqa: PLC0415 - only where it is used

    read, facts = recordings.read_recording(Path(recording)), Facts()
    with timed(facts):
        recordings.write_recording(read, Path(output))
    return facts | _size(output)


def _size(file: str) -> Facts:
    return {"megabytes": Path(file).stat().st_size / 1e6}
