"""The JSON Schemas of files that are merged with others: each alone needs nothing, and null takes away (K9)."""

from typing import Any, Final

Schema = dict[str, Any]

_KEPT: Final = frozenset({"version"})


def partial(schema: Schema) -> Schema:
    """Return the schema of a settings file of which parts may stand in other files.

    What stands in lists is not merged, and stays whole.
    """
    whole = _in_lists(schema)
    definitions = {
        name: each if name in whole else _loosened(each, frozenset()) for name, each in schema.get("$defs", {}).items()
    }
    return _loosened(schema, _KEPT) | ({"$defs": definitions} if definitions else {})


def _loosened(schema: Schema, kept: frozenset[str]) -> Schema:
    """Return an object's schema in which only some keys are needed, and any other may be null."""
    properties = schema.get("properties")
    if properties is None or "const" in str(properties.get("type", "")):
        return schema
    loose = {key: each if key in kept else _or_null(each) for key, each in properties.items()}
    required = [key for key in schema.get("required", ()) if key in kept]
    rest = {key: value for key, value in schema.items() if key not in {"properties", "required"}}
    return rest | {"properties": loose} | ({"required": required} if required else {})


def _or_null(schema: Schema) -> Schema:
    """Return a setting's schema that takes null too; what is said of the setting stays where it is read."""
    told = {key: schema[key] for key in ("title", "description", "default", "examples") if key in schema}
    return told | {"anyOf": [{key: value for key, value in schema.items() if key not in told}, {"type": "null"}]}


def _in_lists(schema: Schema) -> set[str]:
    """Return the definitions that stand in lists, and those in them."""
    definitions = schema.get("$defs", {})
    found: set[str] = set()
    waiting = [name for each in _items(schema) for name in _references(each)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(definitions[name])
    return found


def _items(value: Any) -> list[Any]:
    match value:
        case dict():
            inner = [found for each in value.values() for found in _items(each)]
            return [value["items"], *inner] if "items" in value else inner
        case list():
            return [found for each in value for found in _items(each)]
        case _:
            return []


def _references(value: Any) -> list[str]:
    match value:
        case {"$ref": str() as reference}:
            return [reference.rpartition("/")[2]]
        case dict():
            return [name for each in value.values() for name in _references(each)]
        case list():
            return [name for each in value for name in _references(each)]
        case _:
            return []
