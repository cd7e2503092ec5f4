"""Which of the differing settings an effect is put down to: those that speak of what changed, all when none does.

It is a hint for the reader and no proof: a field's mapping may decide a type through a rule that reads the field.
"""

from collections.abc import Sequence
from typing import Final

from reconciler.model.plan import SOFTWARE, Action, Attribute, Change, Subject

_CONNECTIONS: Final = "connections/"
_DECIDES_NOTHING: Final = ("instance.yaml: limits", "instance.yaml: store")
_WHICH_ASSETS: Final = (
    *("imports.yaml: createAssets", "imports.yaml: exclude", "imports.yaml: assetMatchingField"),
    *("imports.yaml: ignoredValues", "imports.yaml: onFirstMatch", "connection.yaml: enabledForInstances"),
)
_SCOPE: Final = {
    "excluded": ("imports.yaml: exclude",),
    "not-created": ("imports.yaml: createAssets",),
    "connection": ("connection.yaml",),
}
_SPOKEN_OF: Final = {
    "type": ("asset-types.yaml",),
    "site": ("imports.yaml: siteAllocation", "imports.yaml: defaultSite", "users.yaml: importUsers.site"),
    "user": ("users.yaml: assignFrom", "users.yaml: userIdentifier", "users.yaml: unlinkWhenNoMatch"),
    "status": (
        *("imports.yaml: statuses", "imports.yaml: inactive", "imports.yaml: missingReads"),
        "imports.yaml: absence",
    ),
    "device": ("imports.yaml: assetMatchingField", "imports.yaml: ignoredValues"),
}


class Causes:
    """The differing settings by what they speak of, found once for each kind of effect."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        self._found: dict[tuple[object, ...], tuple[str, ...]] = {}

    def of(self, change: Change, attribute: Attribute) -> tuple[str, ...]:
        """Return the paths that speak of an attribute of a change, the most specific ones only."""
        if len(self._paths) <= 1:
            return self._paths
        key = (change.connection, change.subject, change.action, attribute.name)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _speaking_of(self._paths, change, attribute.name)
        named = tuple(path for path in found if (rule := _rule_in(path)) and f"“{rule}”" in attribute.reason)
        return named or found

    def of_scope(self, connection: str, why: str) -> tuple[str, ...]:
        """Return the paths that take a connection's devices out of scope; `why` as `LeftAlone`, or `connection`."""
        key = (connection, why)
        if key not in self._found:
            self._found[key] = _first_speaking_of(self._paths, connection, [_SCOPE[why]])
        return self._found[key]


def _speaking_of(paths: Sequence[str], change: Change, name: str) -> tuple[str, ...]:
    return _first_speaking_of(paths, change.connection, _wanted(change, name))


def _first_speaking_of(
    paths: Sequence[str], connection: str | None, beginnings: Sequence[tuple[str, ...]]
) -> tuple[str, ...]:
    near = [path for path in paths if _can_concern(path, connection)]
    for wanted in beginnings:
        found = tuple(path for path in near if _file_and_key(path).startswith(wanted))
        if found:
            return found
    return tuple(near or paths)


def _can_concern(path: str, connection: str | None) -> bool:
    """Return whether a path is of the instance, or of the connection; limits judge and decide nothing."""
    if path.startswith(_DECIDES_NOTHING):
        return False
    if not path.startswith(_CONNECTIONS) or connection is None:
        return True
    return path.startswith(f"{_CONNECTIONS}{connection}/")


def _file_and_key(path: str) -> str:
    return (
        path.rpartition("/")[2]
        if ":" not in path
        else path.partition(":")[0].rpartition("/")[2] + path[path.index(":") :]
    )


def _wanted(change: Change, name: str) -> list[tuple[str, ...]]:
    """Return the beginnings of paths that speak of an attribute, the most specific first."""
    if change.subject is Subject.USER:
        return [("users.yaml: importUsers",), ("users.yaml",)]
    if change.subject is Subject.CATALOGUE:
        return [("catalogue.yaml",), ("asset-types.yaml",)]
    spoken = _SPOKEN_OF.get(name, (f"field-mappings.yaml: mappings[{name}]",))
    if name.startswith(SOFTWARE):
        spoken = ("imports.yaml: software",)
    return [_WHICH_ASSETS, spoken] if change.action is Action.CREATE else [spoken, _WHICH_ASSETS]


def _rule_in(path: str) -> str:
    """Return the name of the asset-type rule that a path leads to, empty for none."""
    return path.partition(": rules[")[2].rpartition("]")[0].partition("]")[0]
