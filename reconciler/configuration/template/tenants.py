"""Settings for many tenants: what they share once, and a folder of a few lines for each row of a table (K9)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconciler.configuration.names import did_you_mean
from reconciler.configuration.template.answers import Store
from reconciler.csv_files import read_csv
from reconciler.errors import ImportFileError

_NEEDED: Final = ("name", "tenantId")
_KNOWN: Final = (*_NEEDED, "clientId", "kind")
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_KINDS: Final = ("production", "uat", "test", "development")
_SHARED: Final = "_shared"
_CONNECTION: Final = "connections/intune"

Row = dict[str, str]


def tenant_rows(file: Path) -> list[Row]:
    """Return the tenants of a CSV file: `name`, `tenantId`, and perhaps `clientId` and `kind`.

    Raises:
        ImportFileError: the file is not a table of tenants, or a row cannot be a tenant's; each of these rows is named.
    """
    columns, lines = read_csv(file)
    for column in columns:
        if column not in _KNOWN:
            hint = did_you_mean(column, _KNOWN) or f"The columns are {', '.join(_KNOWN)}."
            raise ImportFileError(f"{file} has a column `{column}`. {hint}")
    if lacking := [column for column in _NEEDED if column not in columns]:
        raise ImportFileError(f"{file} lacks the column `{lacking[0]}`. The columns are {', '.join(_KNOWN)}.")
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for number, values in lines:
        row = dict(zip(columns, (value.strip() for value in values), strict=False))
        faults += [f"line {number}: {fault}" for fault in _faults(row, seen)]
        seen |= {row.get("name", ""): number, row.get("tenantId", "").lower(): number}
        rows.append(row)
    if faults or not rows:
        told = "\n".join(faults) or "it has no row"
        raise ImportFileError(f"{file} cannot be used, and nothing was written.\n{told}")
    return rows


def _faults(row: Row, seen: Mapping[str, int]) -> list[str]:
    """Return what is wrong with a tenant's row; `seen` are the lines of names and tenants so far."""
    name, tenant = row.get("name", ""), row.get("tenantId", "")
    found = []
    if not _NAME.fullmatch(name):
        found.append(f"`{name}` cannot be an environment's name: small letters, digits and `-`")
    elif name in seen:
        found.append(f"the name {name} stands on line {seen[name]} already")
    if not (_GUID.fullmatch(tenant) or _DOMAIN.fullmatch(tenant)):
        found.append(f"`{tenant}` is no tenant: a GUID or a verified domain")
    elif tenant.lower() in seen:
        found.append(f"the tenant {tenant} stands on line {seen[tenant.lower()]} already")
    if (client := row.get("clientId")) and not _GUID.fullmatch(client):
        found.append(f"`{client}` is no application's id: a GUID")
    if (kind := row.get("kind")) and kind not in _KINDS:
        found.append(f"`{kind}` is no kind of instance: {', '.join(_KINDS)}")
    return found


def tenant_settings(example: Mapping[str, str], rows: list[Row], store: Store) -> dict[str, str]:
    """Return the files of the environments by their names: the example's `prod` as what all share, and each row's."""
    files = {
        _shared_name(name): _partial(_shared(name, text, store))
        for name, text in example.items()
        if name.startswith("prod/")
    }
    for row in rows:
        files[f"{row['name']}/instance.yaml"] = _instance(row, store)
        files[f"{row['name']}/{_CONNECTION}/connection.yaml"] = _connection(row)
    return files


def _shared_name(name: str) -> str:
    below = name.removeprefix("prod/")
    return f"{_SHARED}/{below.replace(_CONNECTION, f'connections/{_SHARED}')}"


def _shared(name: str, text: str, store: Store) -> str:
    """Return a file of the example without what each tenant has for itself."""
    if name.endswith("/connection.yaml"):
        text = re.sub(r"^tenantId: .*\n", "", text, flags=re.MULTILINE)
        return text.replace("{env: INTUNE_CLIENT_SECRET}", '{env: "INTUNE_SECRET_{environment}"}')
    if name.endswith("/instance.yaml"):
        text = re.sub(r"^(name|kind): .*\n", "", text, flags=re.MULTILINE)
        if store is Store.SQLITE:
            return re.sub(r"^store:\n(  .*\n)+", "", text, flags=re.MULTILINE)
    return text


def _partial(text: str) -> str:
    return text.replace(".schema.json", ".partial.schema.json", 1)


def _instance(row: Row, store: Store) -> str:
    where = f'url: "sqlite:///var/{row["name"]}.db"' if store is Store.SQLITE else f"schema: {_schema(row['name'])}"
    return (
        "# yaml-language-server: $schema=../../schemas/instance.partial.schema.json\n"
        f"version: 1\nname: {_quoted(row['name'])}\nkind: {row.get('kind') or 'production'}\nstore: {{{where}}}\n"
    )


def _schema(name: str) -> str:
    return f"t_{name.replace('-', '_')}"


def _connection(row: Row) -> str:
    client = f"clientId: {row['clientId']}\n" if row.get("clientId") else ""
    return (
        "# yaml-language-server: $schema=../../../../schemas/connection.partial.schema.json\n"
        f'version: 1\ntenantId: "{row["tenantId"]}"\n{client}'
    )


def _quoted(name: str) -> str:
    """Return a name as YAML takes it for text: digits alone would be a number."""
    return name if re.match(r"[a-z]", name) and name not in {"null", "true", "false"} else f'"{name}"'
