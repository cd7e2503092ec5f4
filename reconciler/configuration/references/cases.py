"""Checks of `tests.yaml`: properties, values, fields and names that can be (K5, K6)."""

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.configuration.names import did_you_mean
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references.parts import Parts, said_twice, unknown_name, unmapped_field
from reconciler.configuration.references.properties import bad_device_property, no_user_property
from reconciler.settings.cases import Case, TestsFile
from reconciler.settings.mappings.criteria import Scalar
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, USER_PROPERTIES, Property, PropertyType

_WANTED: Final = {
    PropertyType.TEXT: "text; put it in quotes",
    PropertyType.DATETIME: "a point in time, such as 2026-11-23T08:00:00Z",
    PropertyType.BOOLEAN: "true or false",
    PropertyType.INTEGER: "a whole number",
    PropertyType.COMPLEX: "nothing: settings can not look at it",
}


def broken(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield what is wrong with a connection's cases."""
    found = parts.of_connection(connection, "tests.yaml", TestsFile)
    if found is None:
        return
    document, file = found
    named: list[tuple[Path, str]] = [(("cases", index, "name"), case.name) for index, case in enumerate(file.cases)]
    yield from said_twice(document, named, "case")
    for index, case in enumerate(file.cases):
        path = ("cases", index)
        for name in case.device:
            place = (*path, "device", name)
            yield from (document.at_key(place, each) for each in bad_device_property(document, place, name))
        yield from _unfit(document, (*path, "device"), case.device, DEVICE_PROPERTIES)
        yield from _unknown_of_user(document, (*path, "user"), case.user)
        yield from _unfit(document, (*path, "user"), case.user, USER_PROPERTIES)
        yield from _expected(parts, connection, document, (*path, "expect"), case)


def _unknown_of_user(document: Document, path: Path, user: Mapping[str, Scalar | None]) -> Iterator[SettingsProblem]:
    for name in user:
        if name not in USER_PROPERTIES:
            hint = did_you_mean(name.removeprefix("user."), USER_PROPERTIES)
            message = no_user_property(name.removeprefix("user."))
            yield document.problem((*path, name), message, at_key=True, hint=hint, rule="K6")


def _unfit(
    document: Document, path: Path, values: Mapping[str, Scalar | None], known: Mapping[str, Property]
) -> Iterator[SettingsProblem]:
    """Yield each value that Graph would never give for its property."""
    for name, value in values.items():
        if value is not None and name in known and not _is(value, known[name].type):
            expected = _WANTED[known[name].type]
            yield document.problem(
                (*path, name), f"`{name}` never has this value in Graph", expected=expected, rule="K5"
            )


def _is(value: Scalar, kind: PropertyType) -> bool:
    match kind:
        case PropertyType.TEXT | PropertyType.DATETIME:
            return isinstance(value, str)
        case PropertyType.BOOLEAN:
            return isinstance(value, bool)
        case PropertyType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case PropertyType.COMPLEX:
            return False


def _expected(parts: Parts, connection: str, document: Document, path: Path, case: Case) -> Iterator[SettingsProblem]:
    catalogue = parts.catalogue()
    expected = case.expect
    if catalogue is not None:
        yield from unknown_name(document, (*path, "type"), "asset type", expected.type, catalogue.types())
        yield from unknown_name(document, (*path, "site"), "site", expected.site, catalogue.sites())
        yield from unknown_name(document, (*path, "status"), "status", expected.status, catalogue.statuses)
    for name in expected.fields:
        place = (*path, "fields", name)
        yield from (document.at_key(place, each) for each in unmapped_field(document, place, name, parts, connection))
