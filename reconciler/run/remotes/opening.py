"""The remote stores that a command speaks to: each opened once, so that its budget and its names are one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.configuration.secrets import read_secret
from reconciler.errors import StoreError
from reconciler.settings.fields import asset_fields
from reconciler.settings.hosts import ALLOW_HOST, allowed_hosts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.model.ledger import Proof
    from reconciler.remote.room import Room
    from reconciler.run.context import Surroundings
    from reconciler.settings.secrets import Secret


@dataclass
class Remotes:
    """The room of the instance's remote store, once it was opened."""

    _rooms: dict[str, Room] = field(default_factory=dict)

    def room(self, around: Surroundings) -> Room:
        """Return the room of an instance's remote store.

        Raises:
            SecretError: its address or its token is a secret that cannot be had.
            StoreError: the settings alone name its host (K8).
        """
        name = around.instance.name
        if name not in self._rooms:
            self._rooms[name] = _halo(around) if around.instance.store.halo else _snipe_it(around)
        return self._rooms[name]


def _snipe_it(around: Surroundings) -> Room:
    """Open the Snipe-IT that the settings name. Raises SecretError, StoreError."""
    from reconciler.remote.budget import Budget  # noqa: PLC0415 - requests is heavy
    from reconciler.remote.transport import Transport  # noqa: PLC0415 - as above
    from reconciler.snipeit import SnipeItRoom  # noqa: PLC0415 - as above

    store = around.instance.store
    if store.snipe_it is None:
        raise StoreError("No remote store is named in instance.yaml.")
    base = address(store.snipe_it.url, around.folder, around.variables)
    token = read_secret(store.snipe_it.token, around.folder, around.variables)
    budget = Budget(store.pace, waiting=lambda seconds: _waiting(around, seconds))
    return SnipeItRoom(
        base,
        Transport(budget, token),
        store.snipe_it,
        around.environment.catalogue,
        store.fields,
        partial(around.progress, "Snipe-IT"),
    )


def _halo(around: Surroundings) -> Room:
    """Open the Halo that the settings name. Raises SecretError, StoreError."""
    from reconciler.halo.room import HaloRoom  # noqa: PLC0415 - requests is heavy
    from reconciler.halo.settings import HaloSettings  # noqa: PLC0415 - as above

    store = around.instance.store
    if store.halo is None:
        raise StoreError("No remote store is named in instance.yaml.")
    settings = HaloSettings(
        address(store.halo.url, around.folder, around.variables),
        store.halo.client_id,
        read_secret(store.halo.secret, around.folder, around.variables),
        tenant=store.halo.tenant,
        fields=store.fields,
        declared=asset_fields(around.environment.catalogue),
        binding_field=store.halo.binding_field,
        per_minute=store.pace,
    )
    return HaloRoom(
        settings,
        proofs=lambda: {each.name: each.answer for each in _proofs(around)},
        proven=lambda: next((each.version for each in _proofs(around)), None),
        progress=partial(around.progress, "Halo"),
        waiting=partial(_waiting, around),
    )


def _proofs(around: Surroundings) -> tuple[Proof, ...]:
    """Return what `store prove` found out; nothing while there is no ledger."""
    from reconciler.run.stores import open_ledger  # noqa: PLC0415 - it imports the context that has this

    with open_ledger(around) as ledger:
        return () if ledger.missing else ledger.proofs()


_NOTICED = 5


def _waiting(around: Surroundings, seconds: float) -> None:
    if seconds >= _NOTICED:
        around.phase(f"Waiting {seconds:.0f} s for the store's request budget")


def address(url: Secret | str, folder: Path, variables: Mapping[str, str]) -> str:
    """Return a remote store's address.

    Raises:
        SecretError: it is a reference whose value cannot be had.
        StoreError: it is no HTTPS address, or its host stands in the settings alone (K8).
    """
    literal = isinstance(url, str)
    text = url if isinstance(url, str) else read_secret(url, folder, variables)
    parts = urlsplit(text.strip())
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query:
        raise StoreError(
            "The address of the remote store is not one: write it as https://HOST, or https://HOST/FOLDER."
        )
    if literal and parts.hostname.lower() not in allowed_hosts(variables):
        raise StoreError(
            f"The settings name {parts.hostname} as the host of the store, and settings alone may not send a token "
            f"anywhere. Set {ALLOW_HOST}={parts.hostname} if you trust it, or let `url` be a reference: {{env: NAME}}."
        )
    return text.strip()
