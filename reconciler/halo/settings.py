"""What a Halo store is opened with: its address, the application, and which field of ours is which of Halo's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.settings.fields import AssetField
from reconciler.settings.stores import HALO_PER_MINUTE

NO_BINDING: Final = "none"
INTUNE_ID: Final = "intune_id"


@dataclass(frozen=True, slots=True)
class HaloSettings:
    """The settings of one Halo store.

    `fields` are Halo's fields, by the name that people see, for each field of ours; `declared` says what each of ours
    holds. `types` are the asset types that the catalogue names. `binding_field` is where the Intune device's id is
    written: `intune_id`, `custom:<name>` or `none`.
    """

    url: str
    client_id: str
    secret: str = field(repr=False)
    tenant: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, AssetField] = field(default_factory=dict)
    binding_field: str = NO_BINDING
    per_minute: int = HALO_PER_MINUTE

    @property
    def base(self) -> str:
        """The address below which everything is, without a slash at its end."""
        return self.url.rstrip("/").removesuffix("/api")

    @property
    def binding_label(self) -> str | None:
        """The custom field that holds the device's id, None for another place or none."""
        kind, _, name = self.binding_field.partition(":")
        return name if kind == "custom" else None
