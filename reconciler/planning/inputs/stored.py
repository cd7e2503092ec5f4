"""What the store holds, indexed once for planning; nothing that a plan decides is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from reconciler.columnar import Keyed, Packed, pack
from reconciler.model.layouts import BINDINGS, asset_layout
from reconciler.model.state import Asset, Binding, LastRead, State


@dataclass(frozen=True, slots=True)
class Stored:
    """A state and its indexes: assets by id, the place of each field among an asset's values, reads by tenant."""

    state: State
    assets: Keyed[int, Asset]
    bindings: Packed[Binding]
    positions: Mapping[str, int]
    reads: Mapping[str, LastRead]

    def label(self, asset: Asset) -> str:
        """Return what people call an asset: its name, else its tag."""
        position = self.positions.get("name")
        return str((None if position is None else asset.values[position]) or asset.tag)


def index_state(state: State) -> Stored:
    """Index a state."""
    assets = pack(state.assets, asset_layout(state.fields))
    places = {asset_id: place for place, asset_id in enumerate(assets.column("id"))}
    return Stored(
        state=state,
        assets=Keyed(assets, places, attrgetter("id")),
        bindings=pack(state.bindings, BINDINGS),
        positions={name: index for index, name in enumerate(state.fields)},
        reads={read.tenant_id: read for read in state.reads},
    )
