"""The names that rows refer to by id, and the ids by name; read once per State or Plan."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, Table, select

from reconciler.model.state import StoredCatalogue
from reconciler.store.rows.tables import (
    asset_group,
    asset_type,
    custom_field,
    licence,
    organisation,
    site,
    status,
)


@dataclass(frozen=True)
class Names:
    """What each id is called: types, statuses, sites (`Organisation/Site`), people by their reference."""

    organisations: dict[int, str]
    tenants: dict[str, str]
    """Each tied tenant's organisation (S2)."""
    groups: dict[int, str]
    types: dict[int, str]
    group_of_type: dict[int, int]
    sites: dict[int, str]
    statuses: dict[int, str]
    licences: dict[int, str]
    custom_fields: dict[int, str]

    @cached_property
    def site_ids(self) -> dict[str, int]:
        """The ids of sites by name."""
        return _turned(self.sites)

    @cached_property
    def type_ids(self) -> dict[str, int]:
        """The ids of asset types by name."""
        return _turned(self.types)

    @cached_property
    def status_ids(self) -> dict[str, int]:
        """The ids of statuses by name."""
        return _turned(self.statuses)

    def catalogue(self) -> StoredCatalogue:
        """Return the names alone, sorted; custom fields in the order in which they were made."""
        types = {name: self.groups[self.group_of_type[key]] for key, name in self.types.items()}
        return StoredCatalogue(
            organisations=tuple(sorted(self.organisations.values())),
            sites=tuple(sorted(self.sites.values())),
            statuses=tuple(sorted(self.statuses.values())),
            asset_groups=tuple(sorted(self.groups.values())),
            types=dict(sorted(types.items())),
            custom_fields=tuple(self.custom_fields.values()),
            licences=tuple(sorted(self.licences.values())),
            tenants=dict(sorted(self.tenants.items())),
        )


def read_names(connection: Connection) -> Names:
    """Return what the store's rows are called now."""
    organisations = _names(connection, organisation)
    tied = connection.execute(
        select(organisation.c.id, organisation.c.tenant_id).where(organisation.c.tenant_id.is_not(None))
    )
    sites = connection.execute(select(site.c.id, site.c.organisation_id, site.c.name))
    types = connection.execute(select(asset_type.c.id, asset_type.c.name, asset_type.c.group_id)).all()
    return Names(
        organisations=organisations,
        tenants={tenant: organisations[key] for key, tenant in tied},
        groups=_names(connection, asset_group),
        types={key: name for key, name, _ in types},
        group_of_type={key: group for key, _, group in types},
        sites={key: f"{organisations[owner]}/{name}" for key, owner, name in sites},
        statuses=_names(connection, status),
        licences=_names(connection, licence),
        custom_fields=_names(connection, custom_field),
    )


def _names(connection: Connection, table: Table) -> dict[int, str]:
    rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.id))
    return {row.id: row.name for row in rows}


def _turned(names: dict[int, str]) -> dict[str, int]:
    return {name: key for key, name in names.items()}
