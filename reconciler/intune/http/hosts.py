"""Which hosts may be spoken to: Microsoft's clouds by name, and the rule for anyone else's (G9, K8).

1. A connection names one of Microsoft's clouds, or its own two addresses.
2. A host that is not Microsoft's is refused for a production instance.
3. Elsewhere it has to be named in `RECONCILER_ALLOW_HOST`, hosts apart by commas: settings alone, and so a pull
   request, can not send a secret anywhere.
4. A tenant is a GUID or a domain, never `common`, `organizations` or `consumers`.
"""

import os
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import SignInError
from reconciler.intune.inputs import Access
from reconciler.settings.connection import Cloud, OwnCloud
from reconciler.settings.hosts import ALLOW_HOST, allowed_hosts

GLOBAL_GRAPH: Final = "https://graph.microsoft.com"

_TENANT: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_TENANTS: Final = frozenset({"common", "organizations", "consumers"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """A cloud's base addresses: sign-in without the tenant, Graph without the version."""

    authority: str
    graph: str


_CLOUDS: Final = {
    Cloud.GLOBAL: Addresses("https://login.microsoftonline.com", GLOBAL_GRAPH),
    Cloud.US_GOVERNMENT: Addresses("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.US_GOVERNMENT_DOD: Addresses("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud.CHINA: Addresses("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}
_SIGN_IN_HOSTS: Final = frozenset(urlsplit(cloud.authority).hostname for cloud in _CLOUDS.values())
_GRAPH_HOSTS: Final = frozenset(urlsplit(cloud.graph).hostname for cloud in _CLOUDS.values())


def addresses(cloud: Cloud | OwnCloud) -> Addresses:
    """Return the addresses that a connection's `cloud` stands for."""
    if isinstance(cloud, OwnCloud):
        return Addresses(cloud.authority.rstrip("/"), cloud.graph.rstrip("/"))
    return _CLOUDS[cloud]


def scope(graph: str) -> str:
    """Return what a token is asked for: the cloud's own Graph; behind anyone else's host is the global one."""
    return f"{graph if is_microsofts(graph) else GLOBAL_GRAPH}/.default"


def is_microsofts(graph: str) -> bool:
    """Return whether this address is Graph itself, of any cloud, and no simulator or proxy with a clock of its own."""
    return urlsplit(graph).hostname in _GRAPH_HOSTS


def signs_in(host: str | None, authority: str) -> bool:
    """Return whether a secret may go to this host: the authority's own, or one of Microsoft's."""
    return host is not None and (host == urlsplit(authority).hostname or host in _SIGN_IN_HOSTS)


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID."""
    return _GUID.fullmatch(text) is not None


def check(access: Access) -> None:
    """Raise SignInError unless the rules of this module let the connection's hosts and tenant pass."""
    if access.tenant_id.lower() in _NO_TENANTS or not _TENANT.fullmatch(access.tenant_id):
        raise SignInError(
            f"{access.tenant_id!r} is no tenant: a connection reads exactly one. Set `tenantId` to the directory "
            f"(tenant) id or a verified domain of it."
        )
    _check_host(access.authority, _SIGN_IN_HOSTS, access)
    _check_host(access.graph, _GRAPH_HOSTS, access)


def _check_host(address: str, microsofts: frozenset[str | None], access: Access) -> None:
    """Check an address that a secret would go to (K8). Raises SignInError for one that nobody vouches for."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.path.strip("/") or parts.query:
        raise SignInError(
            f"{address!r} is not the address of a host: it has to be `https://host` or `https://host:port`."
        )
    if parts.hostname in microsofts and parts.port in (None, 443):
        return
    if access.production:
        raise SignInError(
            f"{parts.hostname} is not a host of Microsoft's, and this instance is a production one: no secret is sent "
            f"there. Set `cloud` in connection.yaml to one of Microsoft's."
        )
    if parts.hostname not in allowed_hosts(os.environ):
        raise SignInError(
            f"{parts.hostname} is not a host of Microsoft's, so no secret is sent there unless the environment allows "
            f"it: set {ALLOW_HOST}={parts.hostname} if you trust it."
        )
