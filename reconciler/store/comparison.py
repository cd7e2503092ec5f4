"""A plan's words beside the rows, value by value: `before` when verified, `after` when read back (A1, A4)."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from reconciler.model.plan import Action, BindingChange
from reconciler.store.ledger.bindings import compare_bindings
from reconciler.store.rows.assets import compare_assets
from reconciler.store.rows.catalogue import compare_entries
from reconciler.store.rows.changes import Changes, those
from reconciler.store.rows.differences import Difference, Side, before
from reconciler.store.rows.software import compare_software
from reconciler.store.rows.users import Written, compare_users
from reconciler.store.rows.vocabulary import Vocabulary


def compare(
    connection: Connection,
    changes: Changes,
    bindings: Sequence[BindingChange],
    vocabulary: Vocabulary,
    side: Side,
    users: Written,
) -> Iterator[Difference]:
    """Yield where the rows of a plan's changes differ from that side; creations are compared on the `after` side only.

    `users` are the users that the plan made or changed.
    """
    actions = (Action.UPDATE, Action.DELETE) if side is before else (Action.CREATE, Action.UPDATE)
    yield from compare_entries(connection, those(changes.catalogue, *actions), side)
    yield from compare_users(those(changes.users, *actions), vocabulary, side, users)
    assets = [each for each in changes.shaped if each[0].action in actions]
    yield from compare_assets(connection, assets, vocabulary, side)
    yield from compare_software(connection, assets, side)
    yield from compare_bindings(connection, [each for each in bindings if side is before or not each.removed], side)
