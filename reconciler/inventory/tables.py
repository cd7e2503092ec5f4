"""Assets as a table: what `store export` writes and `store import` reads."""

from collections.abc import Iterator

from reconciler.model.state import State
from reconciler.planning.asset_values import REFERENCES, TAG, asset_values
from reconciler.planning.rules.values import as_text
from reconciler.planning.users.references import references


def asset_rows(state: State) -> Iterator[list[str]]:
    """Yield the names of the columns, then every asset by tag with every field as text, names joined in."""
    called = references(state.people)
    yield [TAG, *REFERENCES, *state.fields]
    for asset in sorted(state.assets, key=lambda each: each.tag):
        yield [asset.tag, *map(as_text, asset_values(asset, state.fields, called).values())]
