"""Which addresses a connection's secret may be sent to (K8).

1. Microsoft's own clouds, always.
2. Other addresses never for a production instance, when they stand in its committed settings.
3. Elsewhere, and for a production instance under an overlay, only when RECONCILER_ALLOW_HOST names each host: what runs
   the program decides that, a pull request can not.
"""

from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import SettingsError
from reconciler.settings.clouds import MICROSOFT_HOSTS, addresses
from reconciler.settings.connection import ConnectionFile, OwnCloud
from reconciler.settings.instance import InstanceKind

ALLOW_VARIABLE: Final = "RECONCILER_ALLOW_HOST"
_HTTPS = 443


def check_hosts(kind: InstanceKind, connection: ConnectionFile, allowed: str | None, *, from_overlay: bool) -> None:
    """Raise SettingsError unless the rules of this module let the connection's addresses pass.

    `allowed` is the value of RECONCILER_ALLOW_HOST: hosts, or hosts with a port, between commas.
    """
    if not isinstance(connection.cloud, OwnCloud):
        return
    if kind is InstanceKind.PRODUCTION and not from_overlay:
        raise SettingsError(
            "A production instance signs in at Microsoft only, and `cloud` in its committed settings has addresses of "
            "its own. Write `cloud: global`, or put the addresses into an overlay (--overlay DIR)."
        )
    own = addresses(connection.cloud)
    refused = sorted({netloc for netloc in map(_netloc, (own.authority, own.graph)) if not _passes(netloc, allowed)})
    if refused:
        raise SettingsError(
            f"`cloud` names {' and '.join(refused)}, which is not Microsoft's, and nothing was sent there. If you "
            f"trust it with this connection's credential, set {ALLOW_VARIABLE}={','.join(refused)}."
        )


def _netloc(address: str) -> str:
    return urlsplit(address).netloc.lower()


def _passes(netloc: str, allowed: str | None) -> bool:
    entries = {entry.strip().lower() for entry in (allowed or "").split(",")}
    parts = urlsplit(f"https://{netloc}")
    host = parts.hostname or ""
    spellings = {host, f"[{host}]", netloc, f"{netloc.removesuffix(f':{parts.port}')}:{parts.port or _HTTPS}"}
    return netloc in MICROSOFT_HOSTS or bool(entries & spellings)
