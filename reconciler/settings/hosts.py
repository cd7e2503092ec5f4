"""Hosts that settings name, and who must trust them: a pull request alone cannot send a secret anywhere (K8)."""

import ipaddress
from collections.abc import Mapping
from typing import Final

ALLOW_HOST: Final = "RECONCILER_ALLOW_HOST"
"""The environment variable that names trusted hosts, separated by commas."""


def allowed_hosts(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the hosts that the environment trusts, in lower case."""
    return frozenset(host.strip().lower() for host in environ.get(ALLOW_HOST, "").split(",")) - {""}


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, a loopback address, or the folder of a Unix socket."""
    if host.lower() == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
