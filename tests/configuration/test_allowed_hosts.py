"""Which addresses a connection's secret may be sent to (K8)."""

import pytest

from reconciler.configuration.hosts import check_hosts
from reconciler.errors import SettingsError
from reconciler.settings.connection import ConnectionFile
from reconciler.settings.instance import InstanceKind

PRODUCTION, UAT = InstanceKind.PRODUCTION, InstanceKind.UAT


def connection(cloud: object) -> ConnectionFile:
    secret = {"type": "client-secret", "secret": {"env": "X"}}
    return ConnectionFile.model_validate(
        {
            "version": 1,
            "source": "intune",
            "tenantId": "contoso.com",
            "clientId": "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa",
            "cloud": cloud,
            "authentication": {"method": "client-credentials", "credential": secret},
        }
    )


OWN = connection({"authority": "https://Login.test:8443/", "graph": "https://graph.test"})


@pytest.mark.parametrize("kind", InstanceKind)
@pytest.mark.parametrize("cloud", ["global", "us-government", "us-government-dod", "china"])
def test_microsofts_clouds_are_always_allowed(kind: InstanceKind, cloud: str) -> None:
    check_hosts(kind, connection(cloud), None, from_overlay=False)


def test_microsofts_own_hosts_need_no_permission_beside_a_proxy() -> None:
    mixed = connection({"authority": "https://login.microsoftonline.com", "graph": "https://graph.test"})
    check_hosts(UAT, mixed, "graph.test", from_overlay=False)


@pytest.mark.parametrize(
    "allowed", ["login.test,graph.test", " login.test:8443 , graph.test:443 ", "graph.test,LOGIN.test,other"]
)
@pytest.mark.parametrize(("kind", "from_overlay"), [(UAT, False), (UAT, True), (PRODUCTION, True)])
def test_other_hosts_pass_when_each_is_named(kind: InstanceKind, from_overlay: bool, allowed: str) -> None:
    check_hosts(kind, OWN, allowed, from_overlay=from_overlay)


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (None, "graph.test,login.test:8443"),
        ("", "graph.test,login.test:8443"),
        ("graph.test", "login.test:8443"),
        ("graph.test,login.test:443", "login.test:8443"),
        ("test,graph.test,.test", "login.test:8443"),
    ],
)
@pytest.mark.parametrize(("kind", "from_overlay"), [(UAT, False), (PRODUCTION, True)])
def test_a_host_that_is_not_named_is_refused_by_name(
    kind: InstanceKind, from_overlay: bool, allowed: str | None, refused: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        check_hosts(kind, OWN, allowed, from_overlay=from_overlay)
    assert str(caught.value).endswith(f"set RECONCILER_ALLOW_HOST={refused}.")


def test_a_production_instance_never_uses_addresses_of_the_committed_files() -> None:
    with pytest.raises(SettingsError, match="signs in at Microsoft only"):
        check_hosts(PRODUCTION, OWN, "login.test,graph.test", from_overlay=False)
