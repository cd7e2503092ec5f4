"""The rows of the peers: the same devices, unchanged, compared with themselves the way each of them does it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.ground import Ground
from benchmarks.processes import step
from benchmarks.rows import Command, Part, Row

DIFFSYNC: Final = "DiffSync: load and diff"
OCTODNS: Final = "octoDNS between two providers in memory"
OCTODNS_YAML: Final = "octoDNS from YAML"
DEEPDIFF: Final = "deepdiff of two dicts"
ORM: Final = "one SELECT and UPDATE per device through the ORM"
TERRAFORM: Final = "Terraform plan, one block per device"
FOR_EACH: Final = "Terraform plan, one `for_each`"

_TERRAFORM: Final = shutil.which("terraform")


def _packages(ground: Ground) -> str | None:
    return None if ground.peers else "not installed"


def _program(ground: Ground) -> str | None:
    return _packages(ground) or (None if _TERRAFORM else "not found here")


def _step(module: str, function: str, ground: Ground, **more: object) -> Command:
    return step(f"peers.{module}", function, python=str(ground.peers), folder=str(ground.folder), **more)


def _library(
    name: str, module: str, function: str, most: int = 1_000_000, **options: Callable[[Ground], list[Command]]
) -> Row:
    def command(ground: Ground) -> Command:
        return _step(module, function, ground)

    return Row(Part.PEERS, name, command, databases=False, lacks=_packages, most=most, **options)


def _orm(function: str, ground: Ground) -> Command:
    return _step("with_orm", function, ground, url=ground.url("scratch"))


def _terraform(name: str, most: int, *, for_each: bool) -> Row:
    def where(ground: Ground) -> Path:
        return ground.folder / ("terraform-for-each" if for_each else "terraform")

    def write(ground: Ground) -> list[Command]:
        more = {"target": str(where(ground)), "terraform": _TERRAFORM, "for_each": for_each}
        return [_step("with_terraform", "write", ground, **more)]

    def plan(ground: Ground) -> Command:
        return [str(_TERRAFORM), f"-chdir={where(ground)}", "plan", "-input=false", "-no-color"]

    return Row(Part.PEERS, name, plan, write, databases=False, lacks=_program, most=most)


PEER_ROWS: Final = (
    _library(DIFFSYNC, "with_diffsync", "diff", 100_000),
    _library(OCTODNS, "with_octodns", "plan", 100_000),
    _library(
        OCTODNS_YAML,
        "with_octodns",
        "plan_from_yaml",
        100_000,
        before=lambda ground: [_step("with_octodns", "write_yaml", ground)],
    ),
    _library(DEEPDIFF, "with_deepdiff", "diff", 10_000),
    Row(
        Part.PEERS,
        ORM,
        lambda ground: _orm("loop", ground),
        lambda ground: [step("databases", "make", url=ground.url("scratch")), _orm("fill", ground)],
        lacks=_packages,
        most=10_000,
    ),
    _terraform(TERRAFORM, 10_000, for_each=False),
    _terraform(FOR_EACH, 1_000, for_each=True),
)
"""With the most devices that each is tried with, so that all of them end within minutes."""
