"""octoDNS: a fleet as a zone, each device a TXT record with a value for each property."""

from logging import getLogger
from pathlib import Path
from typing import Any

from octodns.provider.base import BaseProvider
from octodns.provider.yaml import YamlProvider
from octodns.record import Record
from octodns.zone import Zone

from benchmarks.peers.devices import devices, is_there
from benchmarks.step import Facts

_ZONE = "fleet.example."


class InMemory(BaseProvider):  # type: ignore[misc]
    """A provider whose zone is a fleet in memory."""

    SUPPORTS = {"TXT"}  # noqa: RUF012 - as octoDNS declares it
    SUPPORTS_GEO = False

    def __init__(self, name: str, folder: str) -> None:
        self.log = getLogger(name)
        super().__init__(name)
        self._values = _values(folder)

    def populate(self, zone: Any, target: bool = False, lenient: bool = False) -> bool:  # noqa: ARG002 - octoDNS's
        """Add every record."""
        for name, values in self._values.items():
            data = {"type": "TXT", "ttl": 300, "values": values}
            zone.add_record(Record.new(zone, name, data, source=self, lenient=True), lenient=True)
        return True

    def _apply(self, plan: Any) -> None:
        raise NotImplementedError


def _values(folder: str) -> dict[str, list[str]]:
    return {
        f"d{number:07}": [f"{key}={value}".replace(";", "\\;") for key, value in device.items()]
        for number, device in enumerate(devices(folder).values())
    }


def plan(folder: str) -> Facts:
    """Plan from one provider in memory to another one that has the same."""
    return _plan(InMemory("source", folder), folder)


def plan_from_yaml(folder: str) -> Facts:
    """Plan from a zone's YAML file to a provider in memory that has the same."""
    return _plan(YamlProvider("source", str(Path(folder) / "octodns"), default_ttl=300), folder)


def _plan(source: Any, folder: str) -> Facts:
    zone = Zone(_ZONE, [])
    source.populate(zone, lenient=True)
    found = InMemory("target", folder).plan(zone)
    return {"records": len(zone.records), "changes": len(found.changes) if found else 0}


def write_yaml(folder: str) -> None:
    """Write the zone's YAML file, as people write it."""
    path = Path(folder) / "octodns" / "fleet.example.yaml"
    if is_there(path):
        return
    with path.open("w") as file:
        file.write("---\n")
        for name, values in _values(folder).items():
            lines = "".join(f"    - '{value.replace(chr(39), chr(39) * 2)}'\n" for value in values)
            file.write(f"{name}:\n  ttl: 300\n  type: TXT\n  values:\n{lines}")
