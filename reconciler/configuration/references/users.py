"""Checks of `users.yaml` (U1, U2, U4)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, unknown_name
from reconciler.configuration.references.properties import bad_identifier, bad_owner_identifier, bad_user_property
from reconciler.settings.users import AssignFrom, UsersFile


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
    site = file.import_users.site
    if site is None:
        return
    catalogue = parts.catalogue()
    sites = catalogue.sites() if catalogue else None
    yield from bad_user_property(document, ("importUsers", "site", "from"), site.from_)
    for value, name in site.lookup.items():
        yield from unknown_name(document, ("importUsers", "site", "lookup", value), "site", name, sites)
