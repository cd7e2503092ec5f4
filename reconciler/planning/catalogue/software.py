"""The software that the store and this plan know, one entry for each name (L2).

1. Names are compared trimmed and without case. A name that the store lacks becomes a new entry, as it is spelled first.
2. With `matchToLicences` software is tied to the licence of its name, or that is also known by it; it is never untied.
3. A publisher is told when an entry is made, and where one was missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject
from reconciler.model.snapshot import Scalar, Software
from reconciler.model.state import Application, State, StoredCatalogue
from reconciler.settings.catalogue import CatalogueFile

Licences = dict[str, tuple[str, str]]
"""The licence of a name that is compared, and why it is that one."""


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


@dataclass(slots=True)
class Entry:
    """One software; `stored` is what the store has of it, None for a new one."""

    name: str
    key: str
    stored: Application | None
    publisher: str | None = None
    licence: str | None = None
    why: str = ""


class KnownSoftware:
    """Entries by name, and rows: pairs of an entry and a version, numbered as in the state and on from there."""

    def __init__(self, state: State) -> None:
        self.entries: dict[str, Entry] = {}
        stored = [self._stored(each) for each in state.applications]
        self.rows: list[tuple[Entry, str]] = [(stored[place], version) for place, version in state.versions]
        self._numbers = {(entry.key, version): number for number, (entry, version) in enumerate(self.rows)}

    def _stored(self, application: Application) -> Entry:
        key = compared(application.name)
        entry = Entry(application.name, key, application, application.publisher, application.licence)
        self.entries[key] = entry
        return entry

    def row(self, software: Software) -> int:
        """Return the number of the row of what was detected."""
        key = compared(software.name)
        entry = self.entries.get(key)
        if entry is None:
            entry = self.entries[key] = Entry(software.name.strip(), key, None)
        if entry.publisher is None:
            entry.publisher = software.publisher
        number = self._numbers.setdefault((key, software.version), len(self.rows))
        if number == len(self.rows):
            self.rows.append((entry, software.version))
        return number

    def tie(self, names: Iterable[str], known: Licences) -> None:
        """Tie the software of these names to their licences."""
        for name in names:
            key = compared(name)
            if key in known:
                entry = self.entries[key]
                entry.licence, entry.why = known[key]

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


def _attributes(entry: Entry) -> Iterator[Attribute]:
    before = entry.stored or Application("")
    values: tuple[tuple[str, Scalar, Scalar, str], ...] = (
        ("publisher", before.publisher, entry.publisher, "as detected"),
        ("licence", before.licence, entry.licence, entry.why),
    )
    for name, old, new, why in values:
        if old != new:
            yield Attribute(name, old, new, why, "L2")


def _change(action: Action, entry: Entry, attributes: tuple[Attribute, ...]) -> Change:
    name = f"software/{entry.name}"
    return Change(subject=Subject.CATALOGUE, action=action, name=name, label=entry.name, attributes=attributes)
