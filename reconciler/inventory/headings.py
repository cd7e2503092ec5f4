"""Another system's export read as an inventory: its headings stand for our columns, the rest is not looked at (W10).

1. A preset names the headings of a product's own export; a file names those of any other table.
2. A field is found by its own name and by what people call it, too, whatever the case of letters.
3. Of several headings for one column the first counts that the file has.
4. A site is two columns, an organisation and a place; without the first it belongs to the first organisation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from reconciler.errors import ImportFileError
from reconciler.inventory.build import Table
from reconciler.planning.asset_values import TAG
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields

Headings = Mapping[str, Sequence[str]]
"""The headings that stand for a column of ours, by its name; those of `ORGANISATION` belong to `site`."""

ORGANISATION: Final = "organisation"
SITE: Final = "site"
_OURS: Final = (TAG, "type", SITE, "status", "user", ORGANISATION)

PRESETS: Final[Mapping[str, Headings]] = MappingProxyType(
    {
        "snipe-it": {
            TAG: ("Asset Tag",),
            "type": ("Category",),
            "status": ("Status",),
            "user": ("Username", "Email"),
            ORGANISATION: ("Company",),
            SITE: ("Default Location", "Location"),
            "name": ("Asset Name",),
            "serialNumber": ("Serial",),
        },
        "halo": {
            TAG: ("Asset Tag", "Tag Number"),
            "type": ("Asset Type",),
            "status": ("Status",),
            "user": ("Username", "User"),
            ORGANISATION: ("Client", "Customer"),
            SITE: ("Site",),
        },
        "spreadsheet": {
            TAG: ("Tag", "Asset Tag", "Inventory Number"),
            "type": ("Type", "Asset Type"),
            "status": ("Status",),
            "user": ("User", "Username", "Email"),
            ORGANISATION: ("Organisation", "Organization", "Company"),
            SITE: ("Site", "Location", "Office"),
        },
    }
)
"""The headings of each product's export; Halo's are those that its screens show, and can be set otherwise there."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A table under our headings, and the columns of it that nothing stands for."""

    table: Table
    left: tuple[str, ...]


def translated(table: Table, headings: Headings, environment: Environment) -> Translated:
    """Return a table with its headings as ours.

    Raises:
        ImportFileError: `headings` name an unknown column, or none of the file's is known.
    """
    fields = {name: (name, each.label) for name, each in asset_fields(environment.catalogue).items()}
    unknown = sorted(set(headings) - {*_OURS, *fields})
    if unknown:
        known = ", ".join((*_OURS, *fields))
        raise ImportFileError(f"The map names {', '.join(unknown)}, and no column is called so. There are: {known}.")
    wanted = {name: (*headings.get(name, ()), *fields.get(name, ())) for name in (*_OURS, *fields)}
    places = _places(table.header, wanted)
    if not places.keys() - {ORGANISATION}:
        raise ImportFileError(
            f"{table.file} has none of the headings of this map. It begins: {', '.join(table.header[:6])}."
        )
    ours = {place: name for name, place in places.items() if name != ORGANISATION}
    header = [ours.get(place, f"{name} (not taken)") for place, name in enumerate(table.header)]
    home = environment.catalogue.organisations[0].name
    rows = _sited(table, places, home) if SITE in places else table.rows
    left = tuple(name for place, name in enumerate(header) if place not in ours)
    return Translated(Table(table.file, header, rows), left)


def _places(header: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return where each column of ours is; no column stands for two."""
    by_name: dict[str, int] = {}
    for place, name in enumerate(header):
        by_name.setdefault(name.casefold(), place)
    places: dict[str, int] = {}
    for ours, names in wanted.items():
        found = [by_name[name.casefold()] for name in names if name.casefold() in by_name]
        free = [place for place in found if place not in places.values()]
        if free:
            places[ours] = free[0]
    return places


def _sited(table: Table, places: Mapping[str, int], home: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows with each site as `ORGANISATION/PLACE`."""
    at, of = places[SITE], places.get(ORGANISATION)
    for line, cells in table.rows:
        if len(cells) != len(table.header) or not cells[at].strip() or "/" in cells[at]:
            yield line, cells
            continue
        organisation = (cells[of].strip() if of is not None else "") or home
        yield line, [*cells[:at], f"{organisation}/{cells[at].strip()}", *cells[at + 1 :]]
