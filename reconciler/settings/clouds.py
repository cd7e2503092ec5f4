"""The addresses of Microsoft's clouds, and the hosts that a secret may go to without being asked (G9, K8)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from reconciler.settings.connection import Cloud, OwnCloud


@dataclass(frozen=True, slots=True)
class Addresses:
    """A cloud's base addresses: sign-in without the tenant, Graph without the version, no slash at the end."""

    authority: str
    graph: str


MICROSOFT: Final[dict[Cloud, Addresses]] = {
    Cloud.GLOBAL: Addresses("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    Cloud.US_GOVERNMENT: Addresses("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.US_GOVERNMENT_DOD: Addresses("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud.CHINA: Addresses("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
}

MICROSOFT_HOSTS: Final = frozenset(
    urlsplit(address).netloc for cloud in MICROSOFT.values() for address in (cloud.authority, cloud.graph)
)


def addresses(cloud: Cloud | OwnCloud) -> Addresses:
    """Return the addresses that a connection's `cloud` stands for."""
    if isinstance(cloud, OwnCloud):
        return Addresses(cloud.authority.rstrip("/"), cloud.graph.rstrip("/"))
    return MICROSOFT[cloud]
