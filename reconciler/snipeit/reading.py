"""Reading a whole Snipe-IT: two lists make all assets, because one leaves the archived ones out (W2)."""

from collections.abc import Callable
from functools import partial
from typing import Final

from reconciler.errors import RemoteError
from reconciler.model.offer import Offer
from reconciler.model.state import StoredCatalogue
from reconciler.remote.proven import ask_unlisted
from reconciler.remote.room import Reading
from reconciler.settings.catalogue import CatalogueFile
from reconciler.settings.stores import TypesFrom
from reconciler.snipeit.client import PRODUCT, Client, Row, newer_than_tried
from reconciler.snipeit.records import asset_record, held_elsewhere, person_record, tag_of, user_of
from reconciler.snipeit.vocabulary import Vocabulary

Progress = Callable[[str, int], None]
_HIDDEN: Final = "ENCRYPTED"
_MOST_ASKED: Final = 20
"""At most so many users whom assets have and no list shows are asked for."""


def read(
    client: Client, words: Vocabulary, catalogue: CatalogueFile, known: frozenset[str], progress: Progress, before: int
) -> Reading:
    """Return everything that planning needs; `before` is how many requests had been made when this reading began.

    Raises:
        RemoteError: a list is not proven whole, or the token may read and not write.
    """
    people = client.every("users", "store users", lambda count: progress("store users", count))
    rows = _assets(client, progress)
    unlisted = ask_unlisted(PRODUCT, known, rows, lambda id_: _there(client, id_))
    rows |= {str(row["id"]): row for row in unlisted.found}
    _refuse_read_only(rows)
    _refuse_encrypted(rows, words)
    _refuse_short_users(client, {str(each["id"]) for each in people}, rows)
    short = f"{len(unlisted.found)} assets that are there were not listed." if unlisted.found else None
    assets = [asset_record(row, words) for row in rows.values()]
    persons = [person_record(row, words) for row in people]
    sites = words.sites(catalogue.sites())
    observed = {site for site in (*(each.site for each in assets), *(each.site for each in persons)) if site}
    types = words.types()
    return Reading(
        assets=assets,
        people=persons,
        catalogue=StoredCatalogue(
            organisations=tuple(sorted(words.companies.ids)) if words.settings.companies else (words.organisation,),
            sites=tuple(sorted({*sites, *observed})),
            statuses=tuple(sorted(words.statuses.ids)),
            types=dict.fromkeys(sorted({*types.ids, *types.twice}), ""),
            custom_fields=tuple(
                name.removeprefix("custom.") for name in words.fields.by_name if name.startswith("custom.")
            ),
        ),
        offer=_offer(client, words, catalogue, rows, before, short),
        sites=sites,
        types=types.ids,
        statuses=words.statuses.ids,
        gone=unlisted.gone,
    )


def _assets(client: Client, progress: Progress) -> dict[str, Row]:
    """Return every asset that is not deleted, by id: the list, and the archived ones that it leaves out."""
    rows: dict[str, Row] = {}
    for query in ({}, {"status": "Archived"}):
        told = partial(_tell, progress, len(rows))
        rows |= {str(row["id"]): row for row in client.every("hardware", "assets", told, **query)}
    return rows


def _tell(progress: Progress, before: int, count: int) -> None:
    progress("assets", before + count)


def _there(client: Client, id_: str) -> Row | None:
    """Return an asset by its id; None for one that is deleted or never was."""
    row: Row | None = client.get(f"hardware/{id_}")
    return None if row is None or row.get("deleted_at") else row


def _refuse_read_only(rows: dict[str, Row]) -> None:
    """Refuse a token that may change none of the assets, before a plan is made that it could not carry out."""
    actions = [row.get("available_actions") for row in rows.values()]
    told = [each for each in actions if isinstance(each, dict) and "update" in each]
    if told and not any(each["update"] for each in told):
        raise RemoteError(
            "The token may read assets in Snipe-IT and change none of them. Give its user the rights that "
            "docs/stores.md lists (assets: view, create, update, delete, check out, check in)."
        )


def _refuse_short_users(client: Client, listed: set[str], rows: dict[str, Row]) -> None:
    """Refuse a list of users that lacks one whom an asset has: he would be taken for nobody, and be made twice.

    Raises:
        RemoteError: it does, and Snipe-IT has him when he is asked for by his id.
    """
    holders = {user for row in rows.values() if (user := user_of(row)) is not None}
    for id_ in sorted(holders - listed)[:_MOST_ASKED]:
        if client.get(f"users/{id_}") is not None:
            raise RemoteError(
                f"The list of store users is not whole: it lacks {len(holders - listed)} whom assets have, such as the "
                f"one with Snipe-IT's id {id_}. Nothing was planned. Check the right of the token's user to see users."
            )


def _refuse_encrypted(rows: dict[str, Row], words: Vocabulary) -> None:
    """Refuse a field that hides what it holds, of a Snipe-IT whose list of fields does not say which are encrypted."""
    for field in words.fields.custom:
        if any(field.stored(row) == _HIDDEN for row in rows.values()):
            raise RemoteError(
                f"`{field.name}: {field.label}` of `store.fields` reads {_HIDDEN} in Snipe-IT: it is an encrypted "
                "field, whose value is not shown to be compared. Map to a field that is not. Nothing was planned."
            )


def _offer(
    client: Client, words: Vocabulary, catalogue: CatalogueFile, rows: dict[str, Row], before: int, short: str | None
) -> Offer:
    """Return what Snipe-IT takes and makes, what it needs of new records, and what it locks (W3)."""
    locked = {tag_of(row): {"user": why} for row in rows.values() if (why := held_elsewhere(row))}
    of_category = words.settings.types is TypesFrom.CATEGORY
    makes = ("type",) if of_category or words.settings.category_for_new_models else ()
    places = frozenset(site for site in catalogue.sites() if site.partition("/")[2] in words.locations.twice)
    twice = {
        "site": tuple(sorted(places)),
        "status": tuple(sorted(words.statuses.twice)),
        "type": tuple(sorted(words.types().twice)),
        "model": _models_twice(words) if of_category else (),
    }
    return Offer(
        product=PRODUCT,
        makes=makes,
        twice={kind: names for kind, names in twice.items() if names},
        short=short,
        locked=locked,
        lacks=words.lacks(),
        needs={"asset": ("type", "status"), "user": ("upn", "name")},
        frees=tuple(sorted(words.archived)),
        ungiven=tuple(sorted(words.undeployable)),
        lengths=words.fields.lengths(),
        trims=True,
        warnings=_warnings(words),
        remarks=_remarks(words),
        requests=client.transport.budget.made - before,
        per_minute=client.transport.budget.per_minute,
    )


def _remarks(words: Vocabulary) -> tuple[str, ...]:
    """Return what to think of with every plan."""
    if not newer_than_tried(words.version):
        return ()
    return (f"Snipe-IT is of version {words.version}, which is newer than those that this was tried with.",)


def _warnings(words: Vocabulary) -> tuple[str, ...]:
    """Return what to think of before a first import."""
    which = f"the categories {', '.join(words.mails)} do" if words.mails else "no category does so now"
    told = f"Snipe-IT mails users when assets are checked out or in, where a category says so; {which}."
    return (f"{told} A first import of many users sends as many mails.",)


def _models_twice(words: Vocabulary) -> tuple[str, ...]:
    keys: dict[str, str] = {}
    twice = set()
    for model in words.models.values():
        if model.key in keys:
            twice.add(model.name or "")
        keys[model.key] = model.id
    return tuple(sorted(twice))
