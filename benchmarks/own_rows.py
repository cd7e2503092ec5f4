"""The rows of the floor and of this tool."""

import shutil
import sys
from collections.abc import Callable
from typing import Final

from benchmarks.ground import IMPORTED, Ground
from benchmarks.processes import step
from benchmarks.rows import Command, Part, Row
from benchmarks.settings_place import ENVIRONMENTS, NAME

_CHROMIUM: Final = shutil.which("chromium")


def _fresh(name: str) -> Callable[[Ground], list[Command]]:
    """Copy a store to the one for use."""
    return lambda ground: [step("databases", "copy", source=ground.url(name), target=ground.url("scratch"))]


def _new(ground: Ground) -> list[Command]:
    return [step("databases", "make", url=ground.url("scratch"))]


def _read(*, users: bool) -> Callable[[Ground], Command]:
    return lambda ground: step("floor", "read", folder=str(ground.folder), url=ground.url("first"), users=users)


def _plan(day: str) -> Callable[[Ground], Command]:
    return lambda ground: step("tool", "plan", folder=str(ground.folder), url=ground.url("first"), day=day)


def _command(day: str) -> Callable[[Ground], Command]:
    before = [sys.executable, "-m", "reconciler", "--environments", str(ENVIRONMENTS)]
    return lambda ground: [*before, "plan", NAME, "--recording", ground.file(f"{day}.rec")]


def _apply(day: str) -> Callable[[Ground], Command]:
    return lambda ground: step("tool", "apply", url=ground.url("scratch"), plan=ground.file(f"{day}.plan"))


def _written(function: str, source: str, output: str) -> Callable[[Ground], Command]:
    kind = source.rpartition(".")[2]
    of = {"plan": "plan", "rec": "recording"}[kind]
    return lambda ground: step("tool", function, **{of: ground.file(source), "output": ground.file(output)})


def _of_plan(name: str, function: str, plan: str, kind: str) -> Row:
    command = _written(function, f"{plan}.plan", f"written.{kind}")
    return Row(Part.FILES, name, command, databases=False, most=IMPORTED)


FLOOR_READ: Final = "pages parsed, asset rows read"
FLOOR_ALL: Final = "the same, with users' pages, bindings and store users"
FLOOR_INSERT: Final = "asset rows inserted in bulk"
FLOOR_UPDATE: Final = "three columns of every asset updated in bulk"
PLAN_AGAIN: Final = "plan, nothing changed"
PLAN_NEXT: Final = "plan, W's changes"
COMMAND_AGAIN: Final = "`reconciler plan --recording`, nothing changed"
COMMAND_NEXT: Final = "`reconciler plan --recording`, W's changes"
APPLY_FIRST: Final = "first import of devices applied"
APPLY_USERS: Final = "first import of devices and users applied"
APPLY_NEXT: Final = "W's changes applied"
APPLY_AGAIN: Final = "nothing changed, applied"
WRITE_PLAN: Final = "plan of the first import saved"
WRITE_HTML: Final = "HTML report of it"
OPEN_HTML: Final = "that report opened in Chromium"
WRITE_USERS_PLAN: Final = "plan of the first import saved, users too"
WRITE_USERS_HTML: Final = "HTML report of it, users too"
WRITE_RECORDING: Final = "recording written"
READ_RECORDING: Final = "recording read"
WALK: Final = "pages of devices fetched one by one, 200 ms each"
READ: Final = "devices and users read from Graph"

OWN_ROWS: Final = (
    Row(Part.FLOOR, FLOOR_READ, _read(users=False)),
    Row(Part.FLOOR, FLOOR_ALL, _read(users=True)),
    Row(Part.PLAN, PLAN_AGAIN, _plan("again")),
    Row(Part.PLAN, PLAN_NEXT, _plan("next")),
    Row(
        Part.FLOOR,
        FLOOR_INSERT,
        lambda ground: step("floor", "insert", source=ground.url("first"), url=ground.url("scratch")),
        _fresh("emptied"),
    ),
    Row(
        Part.FLOOR,
        FLOOR_UPDATE,
        lambda ground: step("floor", "update", url=ground.url("scratch")),
        _fresh("first"),
    ),
    Row(Part.PLAN, COMMAND_AGAIN, _command("again"), databases=False),
    Row(Part.PLAN, COMMAND_NEXT, _command("next"), databases=False),
    Row(Part.APPLY, APPLY_FIRST, _apply("devices"), _fresh("users"), most=IMPORTED),
    Row(Part.APPLY, APPLY_USERS, _apply("first"), _new, most=IMPORTED),
    Row(Part.APPLY, APPLY_NEXT, _apply("next"), _fresh("first")),
    Row(Part.APPLY, APPLY_AGAIN, _apply("again"), _fresh("first")),
    _of_plan(WRITE_PLAN, "write_plan", "devices", "plan"),
    _of_plan(WRITE_HTML, "write_html", "devices", "html"),
    Row(
        Part.FILES,
        OPEN_HTML,
        lambda ground: step("opening", "opened", report=ground.file("opened.html"), chromium=str(_CHROMIUM)),
        lambda ground: [_written("write_html", "devices.plan", "opened.html")(ground)],
        databases=False,
        lacks=lambda ground: None if _CHROMIUM else "no Chromium here",
        most=IMPORTED,
    ),
    _of_plan(WRITE_USERS_PLAN, "write_plan", "first", "plan"),
    _of_plan(WRITE_USERS_HTML, "write_html", "first", "html"),
    Row(Part.FILES, WRITE_RECORDING, _written("write_recording", "next.rec", "written.rec"), databases=False),
    Row(
        Part.FILES,
        READ_RECORDING,
        lambda ground: step("tool", "read_recording", recording=ground.file("next.rec")),
        databases=False,
    ),
    Row(
        Part.READ,
        WALK,
        lambda ground: step("reading", "walk", folder=str(ground.folder)),
        databases=False,
        most=IMPORTED,
    ),
    Row(
        Part.READ,
        READ,
        lambda ground: step("reading", "read", folder=str(ground.folder)),
        databases=False,
        most=IMPORTED,
    ),
)
"""In the order in which they are measured, one after the other, again and again: next to what they are held to."""
