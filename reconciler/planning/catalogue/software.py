"""The software that the store and this plan know, one entry for each name (L2).

1. Names are compared trimmed and without case. A name that the store lacks becomes a new entry, as it is spelled first.
2. With `matchToLicences` software is tied to the licence of its name, or that is also known by it; it is never untied.
3. A publisher is noted when an entry is made, and where one was missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject
from reconciler.model.snapshot import Scalar, Software
from reconciler.model.state import Application, State, StoredCatalogue
from reconciler.settings.catalogue import CatalogueFile

Licences = dict[str, tuple[str, str]]
"""The licence of a name that is compared, and why it is that one."""

Row = tuple[str, str]
"""The key of an entry, and a version."""


def compared(name: str) -> str:
    """Return a name as it is compared with others."""
    return name.strip().casefold()


def licences(catalogue: CatalogueFile, stored: StoredCatalogue) -> Licences:
    """Return the licences by their names and by the other names that the catalogue gives them."""
    found: Licences = {}
    for each in catalogue.licences:
        found[compared(each.name)] = (each.name, "the licence of that name")
        for alias in each.also_known_as:
            found.setdefault(compared(alias), (each.name, f"the licence {each.name} is also known as {alias}"))
    for name in stored.licences:
        found.setdefault(compared(name), (name, "the licence of that name"))
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One software; `stored` is what the store has of it, None for a new one."""

    name: str
    key: str
    stored: Application | None
    publisher: str | None = None
    licence: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Detected:
    """What one connection's read detected, and the licences that it may be tied to."""

    software: Sequence[Software]
    ties: Licences


@dataclass(frozen=True, slots=True)
class KnownSoftware:
    """Entries by key, and rows, numbered as the versions of the state and on from there."""

    entries: Mapping[str, Entry]
    rows: Sequence[Row]
    numbers: Mapping[Row, int]

    def number(self, software: Software) -> int:
        """Return the number of the row of what was detected."""
        return self.numbers[compared(software.name), software.version]

    def changes(self, assets: Iterable[Change]) -> list[Change]:
        """Return the entries to make for what these changes give assets, and the stored ones that become another."""
        given = {each.name for change in assets for each in change.attributes if each.after is not None}
        found = []
        for entry in sorted(self.entries.values(), key=lambda each: (each.key, each.name)):
            attributes = tuple(_attributes(entry))
            if entry.stored is None and SOFTWARE + entry.name in given:
                found.append(_change(Action.CREATE, entry, attributes))
            elif entry.stored is not None and attributes:
                found.append(_change(Action.UPDATE, entry, attributes))
        return found


def known_software(state: State, reads: Iterable[Detected]) -> KnownSoftware:
    """Return the store's software and all that these reads detected."""
    entries = {compared(each.name): _stored(each) for each in state.applications}
    rows = [(compared(state.applications[place].name), version) for place, version in state.versions]
    numbers = {row: number for number, row in enumerate(rows)}
    for read in reads:
        for software in read.software:
            key = compared(software.name)
            entries[key] = _noted(entries.get(key), software)
            if numbers.setdefault((key, software.version), len(rows)) == len(rows):
                rows.append((key, software.version))
        for key in dict.fromkeys(compared(each.name) for each in read.software):
            if key in read.ties:
                licence, why = read.ties[key]
                entries[key] = replace(entries[key], licence=licence, why=why)
    return KnownSoftware(entries, rows, numbers)


def _stored(application: Application) -> Entry:
    key = compared(application.name)
    return Entry(application.name, key, application, application.publisher, application.licence)


def _noted(entry: Entry | None, software: Software) -> Entry:
    if entry is None:
        return Entry(software.name.strip(), compared(software.name), None, software.publisher)
    return replace(entry, publisher=software.publisher) if entry.publisher is None and software.publisher else entry


def _attributes(entry: Entry) -> Iterator[Attribute]:
    before = entry.stored or Application("")
    values: tuple[tuple[str, Scalar, Scalar, str], ...] = (
        ("publisher", before.publisher, entry.publisher, "as detected"),
        ("licence", before.licence, entry.licence, entry.why),
    )
    for name, old, new, why in values:
        if old != new:
            yield Attribute.of(name, old, new, why, "L2")


def _change(action: Action, entry: Entry, attributes: tuple[Attribute, ...]) -> Change:
    name = f"software/{entry.name}"
    return Change(subject=Subject.CATALOGUE, action=action, name=name, label=entry.name, attributes=attributes)
