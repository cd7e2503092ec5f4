"""Assets as a table: what `store export` writes and `store import` reads."""

from collections.abc import Iterator, Sequence

from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset, State
from reconciler.planning.inventory_columns import REFERENCES, TAG
from reconciler.planning.people import references
from reconciler.planning.values import as_text


def asset_values(asset: Asset, fields: Sequence[str], called: dict[int, str]) -> dict[str, Scalar]:
    """Return everything that an asset has, its tag aside, by the names of the columns."""
    user = None if asset.user is None else called.get(asset.user)
    own = dict(zip(REFERENCES, (asset.type, asset.site, asset.status, user), strict=True))
    return {**own, **dict(zip(fields, asset.values, strict=True))}


def asset_rows(state: State) -> Iterator[list[str]]:
    """Yield the names of the columns, then every asset by tag with every field as text, names joined in."""
    called = references(state.people)
    yield [TAG, *REFERENCES, *state.fields]
    for asset in sorted(state.assets, key=lambda each: each.tag):
        yield [asset.tag, *map(as_text, asset_values(asset, state.fields, called).values())]
