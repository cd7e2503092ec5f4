"""Which hosts may be spoken to, and how a host that can not be reached is told (K8, G9)."""

import socket
from collections.abc import Callable

import pytest

from reconciler.errors import SignInError
from reconciler.intune.http import hosts
from reconciler.intune.http.hosts import Addresses
from reconciler.intune.reader import Access
from reconciler.intune.signin.credentials import SecretCredential
from reconciler.model.snapshot import Snapshot
from reconciler.settings.connection import Cloud, OwnCloud
from reconciler.simulator.server import Simulator

Read = Callable[..., Snapshot]


def access_to(authority: str, graph: str, *, production: bool = True, tenant_id: str = "contoso.example") -> Access:
    """Make an access that nothing is read with."""
    return Access(authority, graph, tenant_id, "client", SecretCredential("secret"), production)


@pytest.mark.parametrize(
    ("cloud", "addresses", "scope"),
    [
        (
            Cloud.GLOBAL,
            Addresses("https://login.microsoftonline.com", "https://graph.microsoft.com"),
            "https://graph.microsoft.com/.default",
        ),
        (
            Cloud.US_GOVERNMENT,
            Addresses("https://login.microsoftonline.us", "https://graph.microsoft.us"),
            "https://graph.microsoft.us/.default",
        ),
        (
            Cloud.US_GOVERNMENT_DOD,
            Addresses("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
            "https://dod-graph.microsoft.us/.default",
        ),
        (
            Cloud.CHINA,
            Addresses("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
            "https://microsoftgraph.chinacloudapi.cn/.default",
        ),
        (
            OwnCloud(authority="https://sign-in.example/", graph="https://graph.example"),
            Addresses("https://sign-in.example", "https://graph.example"),
            "https://graph.microsoft.com/.default",
        ),
    ],
)
def test_a_cloud_stands_for_its_addresses(cloud: Cloud | OwnCloud, addresses: Addresses, scope: str) -> None:
    """Microsoft's clouds have their own hosts and scope; behind anyone else's is the global Graph."""
    assert (hosts.addresses(cloud), hosts.scope(addresses.graph)) == (addresses, scope)


@pytest.mark.parametrize("cloud", list(Cloud))
def test_microsofts_hosts_pass_in_production(cloud: Cloud) -> None:
    """Every cloud of Microsoft's may be spoken to."""
    known = hosts.addresses(cloud)
    hosts.check(access_to(known.authority, known.graph))


def test_any_other_host_is_refused_for_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment can not allow it."""
    monkeypatch.setenv("RECONCILER_ALLOW_HOST", "graph.example")
    with pytest.raises(SignInError, match=r"graph\.example is not a host of Microsoft's, and this instance is a prod"):
        hosts.check(access_to("https://login.microsoftonline.com", "https://graph.example"))


def test_any_other_host_has_to_be_allowed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere each host is named in the environment."""
    ours = access_to("https://sign-in.example:8443", "https://graph.example", production=False)
    monkeypatch.setenv("RECONCILER_ALLOW_HOST", "sign-in.example")
    with pytest.raises(SignInError, match=r"set RECONCILER_ALLOW_HOST=graph\.example if you trust it\.$"):
        hosts.check(ours)
    monkeypatch.setenv("RECONCILER_ALLOW_HOST", "sign-in.example, graph.example")
    hosts.check(ours)


def test_no_request_reaches_a_host_that_is_not_allowed(
    simulator: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check comes before the first connection."""
    monkeypatch.delenv("RECONCILER_ALLOW_HOST")
    with pytest.raises(SignInError, match="RECONCILER_ALLOW_HOST=localhost"):
        read()
    assert simulator.tally.total == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://graph.microsoft.com",
        "https://graph.microsoft.com@elsewhere.example",
        "https://me@graph.microsoft.com",
        "https://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com:8443",
        "https://",
        "graph.microsoft.com",
    ],
)
def test_an_address_is_https_and_a_host_only(address: str) -> None:
    """No other scheme, no login, no path, and of Microsoft's no other port."""
    with pytest.raises(SignInError):
        hosts.check(access_to("https://login.microsoftonline.com", address, production=False))


@pytest.mark.parametrize("tenant", ["common", "Organizations", "consumers", "", "a/b", "a..b", "contoso.example/x?y"])
def test_a_tenant_is_one_tenant(tenant: str) -> None:
    """`common` and its like would sign in to whatever tenant."""
    with pytest.raises(SignInError, match="is no tenant"):
        hosts.check(access_to("https://login.microsoftonline.com", "https://graph.microsoft.com", tenant_id=tenant))


def test_a_host_that_refuses_is_told(read: Read) -> None:
    """Nobody listens: tried four times, then said in one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"localhost:{taken.getsockname()[1]}"
        with pytest.raises(SignInError, match=rf"{host} refused the connection; .*, 4 times in all\. Try again later"):
            read(authority=f"https://{host}")


def test_a_name_that_is_not_known_is_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name may be misspelt, or the network be away."""
    monkeypatch.setenv("RECONCILER_ALLOW_HOST", "nowhere.invalid,localhost")
    with pytest.raises(SignInError, match=r"the name of nowhere\.invalid is not known; check the address"):
        read(authority="https://nowhere.invalid")


def test_a_certificate_that_is_not_trusted_is_told(
    simulator: Simulator, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried again, and says which setting trusts a CA."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(SignInError, match=r"certificate of localhost:\d+ is not trusted \(.*set REQUESTS_CA_BUNDLE"):
        read()
    assert simulator.tally.total == 0


def test_a_ca_bundle_that_is_not_there_is_told(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no error of requests' own, and is told all the same."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(SignInError, match=r"invalid path: /nowhere/ca\.pem"):
        read()
