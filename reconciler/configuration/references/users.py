"""Checks of `users.yaml` (U1, U2, U4)."""

from collections.abc import Iterator
from typing import Final

from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, unknown_name
from reconciler.configuration.references.properties import (
    USER,
    bad_identifier,
    bad_owner_identifier,
    bad_user_property,
)
from reconciler.settings.mappings.properties import USER_PROPERTIES, PropertyType
from reconciler.settings.users import AssignFrom, UserField, UsersFile

_IDS: Final = frozenset({"id", "userId"})


def broken(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong with how a connection's users are found."""
    found = parts.of_connection(connection, "users.yaml", UsersFile)
    if found is None:
        return
    document, file = found
    identifier = ("userIdentifier", "source")
    if file.assign_from is AssignFrom.ENTRA:
        yield from bad_owner_identifier(document, identifier, file.user_identifier.source)
    else:
        yield from bad_identifier(document, identifier, file.user_identifier.source)
    yield from _pair(document, file)
    site = file.import_users.site
    if site is None:
        return
    catalogue = parts.catalogue()
    sites = catalogue.sites() if catalogue else None
    yield from bad_user_property(document, ("importUsers", "site", "from"), site.from_)
    for value, name in site.lookup.items():
        yield from unknown_name(document, ("importUsers", "site", "lookup", value), "site", name, sites)


def _pair(document: Document, file: UsersFile) -> Iterator[SettingsProblem]:
    """Yield a problem when the identifier's two sides hold different things, so that no user could ever be found."""
    source, store = file.user_identifier.source, file.user_identifier.store
    name = source.removeprefix(USER)
    path = ("userIdentifier", "store")
    known = USER_PROPERTIES.get(name)
    if known is not None and known.type is not PropertyType.TEXT:
        message = f"`{source}` is a {known.type}, and identifies nobody"
        yield document.problem(("userIdentifier", "source"), message, expected="a property that is text", rule="K2")
    elif (name in _IDS) != (store is UserField.ENTRA_ID):
        expected = f"`store: {UserField.ENTRA_ID}`" if name in _IDS else "`upn`, `mail`, `employeeId` or `name`"
        message = f"`{source}` and a store user's `{store}` can never be equal"
        hint = "An Entra id is compared with `entraId` alone."
        yield document.problem(path, message, expected=expected, hint=hint, rule="K2")
