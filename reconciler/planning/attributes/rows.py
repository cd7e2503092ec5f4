"""The rows that attributes are decided for: devices, each with the asset that it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.columnar import Column
from reconciler.planning.inputs.devices import Devices
from reconciler.planning.inputs.stored import Stored


@dataclass(frozen=True)
class Rows:
    """Devices and their assets; `places` are where these stand in the store, None when all are to be created."""

    devices: Devices
    stored: Stored
    places: Sequence[int] | None

    @property
    def new(self) -> bool:
        """Whether the assets are to be created."""
        return self.places is None

    def column(self, name: str) -> Column:
        """Return what the assets have of one attribute; None where the store does not know it."""
        records = self.stored.assets.records
        if self.places is None or name not in records.layout.names:
            return [None] * len(self.devices.ids)
        return records.values_at(name, self.places)

    @cached_property
    def asset_ids(self) -> Column:
        """The ids of the assets, none of those to be created."""
        return (
            [None] * len(self.devices.ids)
            if self.places is None
            else self.stored.assets.records.values_at("id", self.places)
        )

    def pins(self, name: str) -> Mapping[int, str]:
        """Return the rows whose asset has this attribute pinned, with the reason (F3)."""
        return {row: pins[name] for row, pins in self._pinned.items() if name in pins}

    @cached_property
    def _pinned(self) -> dict[int, Mapping[str, str]]:
        pins = self.stored.state.pins
        return {row: pins[key] for row, key in enumerate(self.asset_ids) if key in pins} if pins else {}
