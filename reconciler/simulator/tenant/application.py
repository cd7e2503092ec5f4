"""The app registration that clients sign in as."""

from dataclasses import dataclass
from typing import Final

CLIENT_ID: Final = "0b8d0c6e-54c0-4b7e-8a39-6f2b6ad9c2aa"
CLIENT_SECRET: Final = "simulated-secret-not-a-real-one"  # noqa: S105 - opens nothing but the simulator
EXCHANGE: Final = "api://AzureADTokenExchange"


@dataclass(frozen=True)
class Trust:
    """A federated identity credential: whose assertions are taken for the application's own."""

    issuer: str
    subject: str
    audience: str = EXCHANGE


@dataclass(frozen=True)
class Application:
    """One registration; `permissions` are its application roles, which become the token's `roles`.

    `delegated` are the permissions that an administrator consented to for users, which become `scp`. `certificates`
    are the registered ones, PEM.
    """

    client_id: str = CLIENT_ID
    secret: str = CLIENT_SECRET
    permissions: tuple[str, ...] = (
        "DeviceManagementManagedDevices.Read.All",
        "Device.Read.All",
        "Organization.Read.All",
        "User.Read.All",
    )
    delegated: tuple[str, ...] = ("DeviceManagementManagedDevices.Read.All", "User.Read.All")
    certificates: tuple[bytes, ...] = ()
    trusts: tuple[Trust, ...] = ()
    redirect_uris: tuple[str, ...] = ("http://localhost",)
    secret_expired: bool = False
