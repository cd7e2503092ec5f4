"""Lists that are proven whole (W2): every page, as many distinct ids as the store counts, no id twice."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from reconciler.errors import RemoteError

ROUNDS: Final = 3
"""How often a list is read before it is called unproven: records that come or go meanwhile shift its pages."""


class Page(NamedTuple):
    """One page: its records, and how many the store says there are in all."""

    rows: list[Mapping[str, Any]]
    total: int


def read_whole(
    what: str, page: Callable[[int], Page], *, progress: Callable[[int], None] = lambda _count: None
) -> list[Mapping[str, Any]]:
    """Return every record of a list; `page` is given how many were read before.

    Raises:
        RemoteError: it could not be proven whole.
    """
    why = ""
    for _ in range(ROUNDS):
        rows, total = _every_page(page, progress)
        why = _unproven(rows, total)
        if not why:
            return rows
    raise RemoteError(
        f"The list of {what} is not whole: {why}, in {ROUNDS} readings. Nothing is planned from a list that may lack "
        "records. Try again when nobody adds or removes any; if it stays, check the rights of the account."
    )


def _every_page(page: Callable[[int], Page], progress: Callable[[int], None]) -> tuple[list[Mapping[str, Any]], int]:
    rows: list[Mapping[str, Any]] = []
    while True:
        found = page(len(rows))
        rows += found.rows
        progress(len(rows))
        if not found.rows or len(rows) >= found.total:
            return rows, found.total


def _unproven(rows: list[Mapping[str, Any]], total: int) -> str:
    ids = {row["id"] for row in rows}
    if len(ids) != len(rows):
        return f"{len(rows) - len(ids)} of its {len(rows)} records came twice"
    if len(ids) != total:
        return f"it has {len(ids)} records and says that it has {total}"
    return ""


class Unlisted(NamedTuple):
    """What became of records that were known and are not listed: those that are there all the same, and the gone."""

    found: list[Any]
    gone: frozenset[str]


MOST_ASKED: Final = 200
SHARE_ASKED: Final = 0.05
"""At most so many unlisted records, or this share of the known ones, are asked for one by one."""


def ask_unlisted(
    product: str, known: frozenset[str], listed: Iterable[str], ask: Callable[[str], Any | None]
) -> Unlisted:
    """Ask for every record that was known and is not listed, by its id; `ask` returns None for one that is gone.

    Raises:
        RemoteError: so many are not listed that the rights of the account must have ended.
    """
    missing = sorted(known.difference(listed), key=lambda id_: (len(id_), id_))
    most = max(MOST_ASKED, round(len(known) * SHARE_ASKED))
    if len(missing) > most or (missing and len(missing) == len(known) > 1):
        raise RemoteError(
            f"{product} lists {len(known) - len(missing):,} of the {len(known):,} assets that were last seen there. An "
            "empty or much shorter list most likely means that the account lost rights, or that the address is another "
            f"store's; planning from it would make duplicates. Nothing was planned. Check the account. If {product} "
            "really lost these assets, begin with a new ledger (docs/stores.md, losing the ledger)."
        )
    answers = [(id_, ask(id_)) for id_ in missing]
    return Unlisted(
        [record for _, record in answers if record is not None],
        frozenset(id_ for id_, record in answers if record is None),
    )


def refuse_shrunk(product: str, what: str, known: frozenset[str], listed: frozenset[str]) -> None:
    """Refuse a list of users or types that lacks most of those that were last seen: rights ended, most likely.

    Raises:
        RemoteError: fewer than half of the known ones are listed.
    """
    there = len(known & listed)
    if 2 * there < len(known):
        raise RemoteError(
            f"{product} lists {there:,} of the {len(known):,} {what} that were last seen there: the account most "
            f"likely lost rights. Planning from it would make {what} twice, or take users from assets. Nothing was "
            f"planned. Check the account's rights to see {what}. If {product} really lost them, begin with a new "
            "ledger (docs/stores.md, losing the ledger)."
        )
