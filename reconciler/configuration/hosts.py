"""Microsoft's addresses by cloud (G9), and which other hosts settings may send a secret to (K8)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import SettingsError
from reconciler.settings.connection import Cloud, ConnectionFile, OwnCloud
from reconciler.settings.instance import InstanceKind

ALLOW_VARIABLE: Final = "RECONCILER_ALLOW_HOST"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The base addresses of sign-in (without the tenant) and of Graph (without the version)."""

    authority: str
    graph: str


MICROSOFT: Final[dict[Cloud, Addresses]] = {
    Cloud.GLOBAL: Addresses("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    Cloud.US_GOVERNMENT: Addresses("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.US_GOVERNMENT_DOD: Addresses("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud.CHINA: Addresses("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
}

_PORT = 443


def addresses(connection: ConnectionFile) -> Addresses:
    """Return a connection's addresses, without a slash at the end."""
    match connection.cloud:
        case OwnCloud(authority=authority, graph=graph):
            return Addresses(authority.rstrip("/"), graph.rstrip("/"))
        case cloud:
            return MICROSOFT[cloud]


def check_hosts(kind: InstanceKind, connection: ConnectionFile, allowed: str | None, *, from_overlay: bool) -> None:
    """Refuse a connection whose addresses are its own, unless each host is allowed where the program runs (K8).

    `allowed` is the value of RECONCILER_ALLOW_HOST: hosts, or hosts with a port, between commas. For a production
    instance the addresses must come from an overlay besides. SettingsError names what is refused.
    """
    if not isinstance(connection.cloud, OwnCloud):
        return
    if kind is InstanceKind.PRODUCTION and not from_overlay:
        raise SettingsError(
            "A production instance signs in at Microsoft only: `cloud` has addresses of its own in the committed "
            "settings. Write `cloud: global`, or put the addresses into an overlay."
        )
    own = addresses(connection)
    refused = sorted({host for host in map(_host, (own.authority, own.graph)) if not _is_allowed(host, allowed or "")})
    if refused:
        names = " and ".join(f"{host}:{port}" for host, port in refused)
        raise SettingsError(
            f"`cloud` names {names}, which is not Microsoft's. Nothing was sent there. If you trust it with the "
            f"connection's credential, set {ALLOW_VARIABLE}={','.join(sorted({host for host, _ in refused}))}."
        )


def _host(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return (parts.hostname or "").lower(), parts.port or _PORT


def _is_allowed(host: tuple[str, int], allowed: str) -> bool:
    if host in {_host(address) for own in MICROSOFT.values() for address in (own.authority, own.graph)}:
        return True
    return any(_names(entry.strip().lower(), host) for entry in allowed.split(",") if entry.strip())


def _names(entry: str, host: tuple[str, int]) -> bool:
    name, port = host
    spellings = {name, f"[{name}]", f"{name}:{port}", f"[{name}]:{port}"}
    return entry in spellings
