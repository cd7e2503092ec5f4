"""Filling a store with the first day, a hundred thousand devices at a time, so that a million need no more memory."""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from benchmarks.days import FIRST, stamp
from benchmarks.settings import environment, surroundings
from benchmarks.tool import EVERY_PAGE, snapshot
from reconciler.configuration.documents import document
from reconciler.model.run import Origin
from reconciler.model.state import Recording
from reconciler.planning.build import build_plan
from reconciler.run.plans.reading import read_state
from reconciler.store.opening import open_store

DEVICE_PAGES: Final = 100
USER_PAGES: Final = 80
"""The users of so many pages of devices: four for five."""


def fill(folder: str, url: str, parts: int) -> None:
    """Import the devices and the users of each part, as if they were everything there is."""
    for number in range(parts):
        devices = slice(number * DEVICE_PAGES, (number + 1) * DEVICE_PAGES)
        _import(folder, url, number, devices, slice(number * USER_PAGES, (number + 1) * USER_PAGES))


def fill_users(folder: str, url: str) -> None:
    """Import the users alone, an hour before the devices."""
    _import(folder, url, -3600, slice(0), EVERY_PAGE)


def _import(folder: str, url: str, seconds: int, devices: slice, people: slice) -> None:
    """Import some pages, read so many seconds after the first day's beginning, as if they were everything there is."""
    settings = environment()
    state = replace(read_state(surroundings(url, settings)), assets=(), bindings=(), people=(), reads=())
    read = replace(
        snapshot(settings.connections["intune"], folder, "first", devices, people),
        read_at=stamp(FIRST + timedelta(seconds=seconds)),
    )
    plan = build_plan(settings, Recording(instance="fleet", taken_at=read.read_at, state=state, snapshots=(read,)))
    origin = Origin(who="benchmark", where="here", started_at=read.read_at, commit=None, clean=False)
    with open_store(url, write=True) as store, store.apply(owner="benchmark", origin=origin) as transaction:
        transaction.write(plan, document(settings), {"intune": True}, settings.digest, kind=settings.instance.kind)
