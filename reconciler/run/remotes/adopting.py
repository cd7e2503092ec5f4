"""Settings to begin with, from the Intune connection that a Halo has of its own (W10)."""

from collections.abc import Mapping
from typing import Final

from reconciler.errors import SecretError

_CLIENT_ID: Final = "HALO_CLIENT_ID"
_SECRET: Final = "HALO_SECRET"  # noqa: S105 - the name of a variable


def settings_from_halo(
    url: str, variables: Mapping[str, str], *, connection: str | None = None, instance: str = "prod"
) -> dict[str, str]:
    """Return the settings files of an environment by their path below its folder; Halo is only read.

    `variables` hold the application's id and secret as HALO_CLIENT_ID and HALO_SECRET. `connection` names one of
    several.

    Raises:
        SecretError: one of them is not there.
        UsageError: there is no connection of this name, or it has to be named.
        RemoteError: Halo refuses to be read, or is none.
    """
    from reconciler.halo.adoption import adopted_files  # noqa: PLC0415 - requests is heavy
    from reconciler.halo.adoption.reading import read_connection  # noqa: PLC0415 - as above
    from reconciler.halo.room import HaloRoom  # noqa: PLC0415 - as above
    from reconciler.halo.settings import HaloSettings  # noqa: PLC0415 - as above

    for name, what in ((_CLIENT_ID, "id"), (_SECRET, "secret")):
        if not variables.get(name):
            raise SecretError(
                f"The environment variable {name} is not set. Set it to the {what} of the application under "
                "Configuration > Integrations > Halo API in Halo."
            )
    settings = HaloSettings(url, variables[_CLIENT_ID], variables[_SECRET])
    room = HaloRoom(settings)
    try:
        found, names = read_connection(room.api, settings, connection)
    finally:
        room.close()
    return adopted_files(found, names, instance=instance, url=settings.base, client_id=settings.client_id)
