"""Everything that an asset holds, by the names that people use for it."""

from collections.abc import Sequence
from typing import Final

from reconciler.model.snapshot import Scalar
from reconciler.model.state import Asset

TAG: Final = "tag"
REFERENCES: Final = ("type", "site", "status", "user")
"""The attributes that name something else in the store, in the order in which they are exported."""


def asset_values(asset: Asset, fields: Sequence[str], called: dict[int, str]) -> dict[str, Scalar]:
    """Return everything that an asset has except its tag, by name; `called` are users' names by their ids."""
    user = None if asset.user is None else called.get(asset.user)
    own = dict(zip(REFERENCES, (asset.type, asset.site, asset.status, user), strict=True))
    return {**own, **dict(zip(fields, asset.values, strict=True))}
