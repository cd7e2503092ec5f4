"""The URL of an instance's own database, and where it may lead (K4, K8).

1. A URL that comes from `{env:}` or `{file:}` is taken as it is: whoever runs the program named it.
2. A PostgreSQL URL that stands in the settings leads to this machine, or to a host of `RECONCILER_ALLOW_HOST`.
3. libpq adds `PGPASSWORD`, a `.pgpass` entry or what a service file says to whatever it connects to. To a host that the
   settings alone name, it adds none of them.
4. Of a URL in the settings only harmless options are taken: others make libpq read files or load an engine.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from reconciler.configuration.secrets import read_secret
from reconciler.errors import SecretError, StoreError
from reconciler.settings.hosts import ALLOW_HOST, allowed_hosts, is_loopback
from reconciler.settings.instance import InstanceFile

OPTIONS: Final = frozenset({"host", "port", "sslmode", "connect_timeout", "application_name", "target_session_attrs"})
"""The options that a PostgreSQL URL in the settings may have."""
_SQLITE: Final = "sqlite:///"
_NOTHING_ADDED: Final = {"password": "none", "passfile": "/nonexistent"}
"""What keeps libpq from looking for a password: it does not when one is given, and takes no empty one for given."""


def database_url(instance: InstanceFile, environments: Path, environ: Mapping[str, str]) -> str:
    """Return the URL of the store, or of the ledger beside a remote one.

    A relative SQLite path is made absolute, from the folder that holds `environments`.

    Raises:
        SecretError: the URL is a reference whose value cannot be had, or a SQLite URL that names no file.
        StoreError: the settings alone name the host.
    """
    url = instance.store.database or ""
    if not isinstance(url, str):
        url = read_secret(url, environments / instance.name, environ)
    elif not url.startswith("sqlite:"):
        url = _trusted(url, environ)
    return _sqlite_url(url, environments) if url.startswith("sqlite:") else url


def _sqlite_url(url: str, environments: Path) -> str:
    path, _, query = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or path in ("", ":memory:"):
        raise SecretError("The store's SQLite URL names no file. Write it as sqlite:///var/prod.db.")
    whole = Path(os.path.abspath(environments)).parent / path  # noqa: PTH100  a symlinked environments/ stays where it is
    return f"{_SQLITE}{whole}" + (f"?{query}" if query else "")


def _trusted(text: str, environ: Mapping[str, str]) -> str:
    """Return a URL of the settings with what libpq must not add to it; StoreError when its host is not trusted."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - heavy; whoever connects reads the URL in the same way
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError("The URL of `store` cannot be read. Write it as postgresql://USER@HOST/DATABASE.") from None
    hosts = [*_parts(url.host), *(each for value in _values(url.query.get("host")) for each in _parts(value))]
    allowed = allowed_hosts(environ)
    if not hosts or all(host.lower() in allowed for host in hosts):
        return text
    for host in hosts:
        if not is_loopback(host) and host.lower() not in allowed:
            raise StoreError(
                f"The settings name {host} as the host of the store, and settings alone may not say where a password "
                f"goes. Set {ALLOW_HOST}={host} if you trust it, or let `url` be a reference: {{env: NAME}}."
            )
    return url.update_query_dict(_NOTHING_ADDED).render_as_string(hide_password=False)


def unsafe_options(text: str) -> list[str]:
    """Return the options of a URL in the settings that are not taken from there, sorted."""
    return sorted({name for name, _ in parse_qsl(text.partition("?")[2], keep_blank_values=True)} - OPTIONS)


def _values(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


def _parts(hosts: str | None) -> Iterator[str]:
    """Yield each host of a list of them, without its port."""
    for each in (hosts or "").split(","):
        host = each if each.startswith(("/", "[")) or each.count(":") > 1 else each.partition(":")[0]
        if host:
            yield host
