"""The names behind the ids in a Halo connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HaloNames:
    """What a Halo calls its records, by id: each type with its group's id, each site with its client's name."""

    types: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    sites: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    statuses: Mapping[int, str] = field(default_factory=dict)

    def type(self, id_: Any) -> str | None:
        """Return a type's name, or None for none."""
        return self.types[id_][0] if id_ in self.types else None

    def group_of(self, type_: str | None) -> str | None:
        """Return the group of a type by its name."""
        return next((self.groups.get(group) for name, group in self.types.values() if name == type_), None)

    def site(self, id_: Any) -> str | None:
        """Return a site as `Client/Site`, or None for none."""
        return "/".join(self.sites[id_]) if id_ in self.sites else None

    def sites_of(self, client: str) -> list[str]:
        """Return the names of a client's sites, sorted."""
        return sorted(site for owner, site in self.sites.values() if owner == client)
