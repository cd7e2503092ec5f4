"""Which of a schema's alternatives a person meant, by the kind of what stands there, its discriminator or its keys."""

from dataclasses import dataclass
from typing import Any

from reconciler.configuration.names import nearest, one_of
from reconciler.configuration.parsing.schema_errors import Flaw

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def kind_of(value: Any) -> str:
    """Return what a value is, in the words of the settings' language."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative, its reference resolved; `name` is that of its model, empty without one."""

    index: int
    schema: dict[str, Any]
    name: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether this is a reference to a secret."""
        return self.name in ("FromEnvironment", "FromFile")

    @property
    def is_null(self) -> bool:
        """Whether this only says that the value may be left out."""
        return self.schema.get("type") == "null"

    def keys(self) -> list[str]:
        """Return the keys that the alternative has."""
        return list(self.schema.get("properties", {}))

    def takes(self, value: Any) -> bool:
        """Return whether the alternative is for values of this kind."""
        kind = self.schema.get("type")
        if kind is None:
            return True
        if kind == "integer" and isinstance(value, int):
            return not isinstance(value, bool)
        return _KINDS.get(kind) == kind_of(value)

    def expected(self) -> str:
        """Return what the alternative wants, in words."""
        if members := self.schema.get("enum"):
            return one_of([str(member) for member in members])
        if "const" in self.schema:
            return f"`{self.schema['const']}`"
        if required := self.schema.get("required"):
            return f"a mapping with {' and '.join(f'`{key}`' for key in required)}"
        kind = self.schema.get("type", "")
        return _KINDS.get(kind, "something else")


def branches(options: list[dict[str, Any]], schema: dict[str, Any]) -> list[Branch]:
    """Return a schema's alternatives with their references resolved."""
    return [_branch(index, option, schema) for index, option in enumerate(options)]


def _branch(index: int, option: dict[str, Any], schema: dict[str, Any]) -> Branch:
    name = option.get("$ref", "").rpartition("/")[2]
    return Branch(index, schema["$defs"][name] if name else option, name)


def meant(flaw: Flaw, options: list[Branch]) -> Branch | None:
    """Return the alternative that was meant; None when nothing says which."""
    value = flaw.value
    fitting = [option for option in options if option.takes(value)]
    if len(fitting) <= 1 or not isinstance(value, dict):
        return fitting[0] if fitting else None
    discriminator = flaw.schema.get("discriminator")
    if discriminator:
        name = str(discriminator["mapping"].get(value.get(discriminator["propertyName"]), ""))
        return next((option for option in fitting if name and name.endswith(f"/{option.name}")), None)
    return _by_keys(value, fitting)


def _by_keys(value: dict[str, Any], options: list[Branch]) -> Branch:
    """Return the alternative that has most of the keys, then most of keys like them; the last of equals."""

    def score(option: Branch) -> tuple[int, int, int]:
        keys = option.keys()
        return sum(key in keys for key in value), sum(nearest(key, keys) is not None for key in value), option.index

    return max(options, key=score)
