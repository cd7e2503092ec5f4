"""Checks of Graph's properties in settings: that they exist, and that they may be read (K6)."""

from collections.abc import Iterator

from reconciler.configuration.names import did_you_mean, one_of
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.mappings.properties import DEVICE_PROPERTIES, DEVICE_USER_PROPERTIES, USER_PROPERTIES

USER = "user."

_RELATIONS = frozenset({"manager", "directReports", "memberOf", "registeredDevices", "ownedDevices"})
_OF_AN_OWNER = {
    "emailAddress": "Did you mean `mail`?",
    "userDisplayName": "Did you mean `displayName`?",
    "userId": "Did you mean `id`?",
}


def bad_device_property(document: Document, path: Path, name: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless Graph's managedDevice has the property and it is no secret."""
    known = DEVICE_PROPERTIES.get(name)
    if known is None:
        message = f"Graph's managedDevice has no property `{name}`"
        yield document.problem(path, message, hint=_device_hint(name), rule="K6")
    elif known.secret:
        message = f"`{name}` is a secret of the device"
        yield document.problem(path, message, hint="It can not be used in settings.", rule="K6")


def bad_source(document: Document, path: Path, name: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless a name is a device's property, or `user.` and one of a user."""
    if name.startswith(USER):
        yield from bad_user_property(document, path, name)
    else:
        yield from bad_device_property(document, path, name)


def bad_user_property(document: Document, path: Path, name: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless a name is `user.` and a property of Graph's user."""
    if name.removeprefix(USER) in USER_PROPERTIES and name.startswith(USER):
        return
    known = [] if name.removeprefix(USER) in _RELATIONS else [USER + each for each in USER_PROPERTIES]
    hint = did_you_mean(name if name.startswith(USER) else USER + name, known)
    message = no_user_property(name.removeprefix(USER)) if name.startswith(USER) else f"`{name}` is no user's property"
    yield document.problem(path, message, expected="`user.<property>`", hint=hint, rule="K6")


def no_user_property(name: str) -> str:
    """Return why a property of users cannot be named, `user.` left out of the name."""
    if name in _RELATIONS:
        return f"`{name}` of Graph's user is another object, not a value, and cannot be read yet"
    return f"`{name}` is not among the properties of Graph's user that settings can name"


def bad_identifier(document: Document, path: Path, name: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless a name identifies a device's user: one of the device's few, or one of the user's own."""
    if name in DEVICE_USER_PROPERTIES:
        return
    if name.startswith(USER):
        yield from bad_user_property(document, path, name)
        return
    known = [*DEVICE_USER_PROPERTIES, *(USER + known for known in USER_PROPERTIES)]
    expected = f"{one_of(DEVICE_USER_PROPERTIES)}, or `user.<property>`"
    message = f"`{name}` does not say who the user of a device is"
    yield document.problem(path, message, expected=expected, hint=did_you_mean(name, known), rule="U2")


def bad_owner_identifier(document: Document, path: Path, name: str) -> Iterator[SettingsProblem]:
    """Yield a problem unless a name is a property of Graph's user, with or without `user.`: an owner is one (U1)."""
    if name.removeprefix(USER) in USER_PROPERTIES:
        return
    hint = _OF_AN_OWNER.get(name) or did_you_mean(name.removeprefix(USER), USER_PROPERTIES)
    message = f"with `assignFrom: entra` the user is an owner in Entra, and {no_user_property(name.removeprefix(USER))}"
    yield document.problem(path, message, expected="a property of Graph's user", hint=hint, rule="U1")


def _device_hint(name: str) -> str:
    if name in USER_PROPERTIES:
        return f"Did you mean `{USER}{name}`, of the device's user?"
    return did_you_mean(name, DEVICE_PROPERTIES) or "docs/configuration.md lists the properties."
