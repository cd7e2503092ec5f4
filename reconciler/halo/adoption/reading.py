"""Reading a Halo's own Intune connection, and the names behind its ids."""

from collections.abc import Mapping
from typing import Any

from reconciler.errors import RemoteError, UsageError
from reconciler.halo.adoption.names import HaloNames
from reconciler.halo.api import HaloApi
from reconciler.halo.directory import Directory, read_directory
from reconciler.halo.settings import HaloSettings


def read_connection(
    api: HaloApi, settings: HaloSettings, name: str | None = None
) -> tuple[Mapping[str, Any], HaloNames]:
    """Return a Halo's Intune connection as it says it, by its name or the only one, and the names behind its ids.

    Raises:
        UsageError: no connection has this name, or there are several and none is named.
        RemoteError: Halo refuses to be read, or has no Intune connection.
    """
    found = api.get("azureadconnection", isintune="true")
    lists = [found] if isinstance(found, list) else [each for each in found.values() if isinstance(each, list)]
    rows = lists[0] if lists else []
    names = sorted(str(each.get("name")) for each in rows)
    if not rows:
        raise RemoteError("Halo has no Intune connection: Configuration > Integrations > Microsoft Intune is empty.")
    wanted = [each for each in rows if name in (None, each.get("name"))]
    if len(wanted) != 1:
        asked = f"none is called {name}" if name else "name one with --halo-connection"
        raise UsageError(f"Halo's Intune connections are {', '.join(names)}: {asked}.")
    connection = api.one("azureadconnection", str(wanted[0]["id"]), includedetails="true")
    if connection is None:
        raise RemoteError(f"Halo lists the Intune connection {wanted[0].get('name')} and does not show it.")
    return connection, _names(read_directory(api, settings, {}))


def _names(directory: Directory) -> HaloNames:
    groups = {int(id_): name for name, id_ in directory.groups.ids.items()}
    group_ids = {name: id_ for id_, name in groups.items()}
    sites = {int(id_): name.partition("/")[::2] for name, id_ in directory.sites.ids.items()}
    return HaloNames(
        {int(id_): (name, group_ids.get(directory.group_of[name], 0)) for name, id_ in directory.types.ids.items()},
        groups,
        {id_: (client, site) for id_, (client, site) in sites.items()},
        {int(id_): name for name, id_ in directory.statuses.ids.items()},
    )
