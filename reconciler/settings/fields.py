"""The built-in fields of an asset that mappings and criteria may name."""

from dataclasses import dataclass

from reconciler.settings.catalogue import CatalogueFile, CustomField, FieldType

_TEXT, _NUMBER, _BOOLEAN = FieldType.TEXT, FieldType.NUMBER, FieldType.BOOLEAN
_DATE, _DATETIME = FieldType.DATE, FieldType.DATETIME


@dataclass(frozen=True, slots=True)
class AssetField:
    """A field that mappings may write: what it holds and what fits.

    `name` is the one that settings and plans use; `column` is the store's column, None for a custom field. Dates are
    ISO 8601 text, points in time are UTC to the second (`2026-11-23T08:00:00Z`).
    """

    name: str
    label: str
    type: FieldType
    column: str | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()


BUILT_IN_FIELDS: dict[str, AssetField] = {
    field.name: field
    for field in (
        AssetField("name", "Name", _TEXT, "name", 255),
        AssetField("serialNumber", "Serial number", _TEXT, "serial_number", 255),
        AssetField("manufacturer", "Manufacturer", _TEXT, "manufacturer", 255),
        AssetField("model", "Model", _TEXT, "model", 255),
        AssetField("operatingSystem", "Operating system", _TEXT, "operating_system", 255),
        AssetField("osVersion", "Operating system version", _TEXT, "os_version", 255),
        AssetField("wifiMac", "Wi-Fi MAC address", _TEXT, "wifi_mac", 64),
        AssetField("ethernetMac", "Ethernet MAC address", _TEXT, "ethernet_mac", 64),
        AssetField("imei", "IMEI", _TEXT, "imei", 64),
        AssetField("phoneNumber", "Phone number", _TEXT, "phone_number", 64),
        AssetField("storageGb", "Storage in GB", _NUMBER, "storage_gb"),
        AssetField("memoryGb", "Memory in GB", _NUMBER, "memory_gb"),
        AssetField("ownership", "Ownership", _TEXT, "ownership", 64),
        AssetField("compliance", "Compliance", _TEXT, "compliance", 64),
        AssetField("encrypted", "Encrypted", _BOOLEAN, "encrypted"),
        AssetField("enrolledAt", "Enrolled", _DATETIME, "enrolled_at"),
        AssetField("lastCheckIn", "Last check-in", _DATETIME, "last_check_in"),
        AssetField("warrantyStart", "Warranty start", _DATE, "warranty_start"),
        AssetField("warrantyEnd", "Warranty end", _DATE, "warranty_end"),
        AssetField("notes", "Notes", _TEXT, "notes", 10_000),
    )
}


def custom_field(field: CustomField) -> AssetField:
    """Return a custom field as mappings name it."""
    return AssetField(
        f"custom.{field.name}",
        field.label or field.name,
        field.type,
        max_length=field.max_length,
        choices=tuple(field.choices),
    )


def asset_fields(catalogue: CatalogueFile) -> dict[str, AssetField]:
    """Return every field that mappings may name: the built-in ones, then the catalogue's in its order."""
    return BUILT_IN_FIELDS | {field.name: field for field in map(custom_field, catalogue.custom_fields)}
