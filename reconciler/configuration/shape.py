"""What JSON Schema finds wrong with a document, in words of our own that never echo a value (K2-K4)."""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from reconciler.configuration.branches import Branch, branches, kind_of, meant
from reconciler.configuration.document import Document, Path
from reconciler.configuration.names import did_you_mean, nearest, one_of
from reconciler.configuration.problems import SettingsProblem

_FORMATS = FormatChecker(formats=["date"])
_YAML_1_1 = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}
REFERENCE = "`{env: NAME}`, the name of an environment variable, or `{file: PATH}`"


def misshapen(document: Document, schema: dict[str, Any]) -> tuple[SettingsProblem, ...]:
    """Return every problem that the document has with its schema."""
    explainer = _Explainer(document, schema)
    validator = Draft202012Validator(schema, format_checker=_FORMATS)
    for error in validator.iter_errors(document.data):
        explainer.explain(error)
    return tuple(dict.fromkeys(explainer.found))


class _Explainer:
    """Turns jsonschema's errors into problems."""

    def __init__(self, document: Document, schema: dict[str, Any]) -> None:
        self.document = document
        self.schema = schema
        self.found: list[SettingsProblem] = []

    def explain(self, error: ValidationError) -> None:
        path: Path = tuple(error.absolute_path)
        match error.validator:
            case "additionalProperties":
                self._unknown_keys(path, error)
            case "required":
                self._missing_keys(path, error)
            case "anyOf" | "oneOf":
                self._several(path, error)
            case "type":
                self._add(path, f"{kind_of(error.instance)} stands here", _kinds(error), self._type_hint(error))
            case "enum" | "const":
                self._not_one_of(path, error)
            case _:
                self._add(path, *_bound(error))

    def _add(self, path: Path, message: str, expected: str = "", hint: str = "", *, at_key: bool = False) -> None:
        problem = self.document.problem(path, message, expected=expected, hint=hint, at_key=at_key, rule="K2")
        self.found.append(problem)

    def _unknown_keys(self, path: Path, error: ValidationError) -> None:
        known = list(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in known:
                self._unknown_key((*path, key), key, known)

    def _unknown_key(self, path: Path, key: str, known: list[str]) -> None:
        hint = did_you_mean(key, known)
        self._add(path, f"unknown key `{key}`", "" if hint else one_of(known), hint, at_key=True)

    def _missing_keys(self, path: Path, error: ValidationError) -> None:
        known = error.schema.get("properties", {})
        misspelt = {nearest(key, known) for key in error.instance if key not in known}
        for key in error.validator_value:
            if key not in error.instance and key not in misspelt:
                meaning = known.get(key, {}).get("description", "")
                self._add(path, f"`{key}` is missing", "", meaning, at_key=True)

    def _several(self, path: Path, error: ValidationError) -> None:
        options = branches(error.validator_value, self.schema)
        if any(option.is_reference for option in options) and not _may_be_text(options, error.instance):
            self._not_a_reference(path, error.instance)
            return
        chosen = meant(error, options)
        if chosen is None:
            self._none_meant(path, error, options)
            return
        for inner in error.context or ():
            if inner.relative_schema_path[0] == chosen.index:
                self.explain(inner)

    def _not_a_reference(self, path: Path, value: Any) -> None:
        literal = not isinstance(value, dict | list | None)
        message = "a secret's value stands here" if literal else "this is not a reference to a secret"
        hint = "A secret never stands in settings: remove it here, and change it if it was ever committed."
        problem = self.document.problem(path, message, expected=REFERENCE, hint=hint if literal else "", rule="K4")
        self.found.append(problem)

    def _none_meant(self, path: Path, error: ValidationError, options: list[Branch]) -> None:
        key = error.schema.get("discriminator", {}).get("propertyName")
        expected = "; or ".join(dict.fromkeys(option.expected() for option in options if not option.is_null))
        if key is None or not isinstance(error.instance, dict):
            self._add(path, f"{kind_of(error.instance)} stands here", expected, self._type_hint(error))
            return
        known = list(error.schema["discriminator"]["mapping"])
        if key in error.instance:
            value = error.instance[key]
            self._add((*path, key), f"unknown {key}", one_of(known), did_you_mean(str(value), known))
        else:
            self._add(path, f"`{key}` is missing", one_of(known), at_key=True)

    def _not_one_of(self, path: Path, error: ValidationError) -> None:
        known = error.validator_value if error.validator == "enum" else [error.validator_value]
        names = [str(value) for value in known]
        hint = did_you_mean(error.instance, names) if isinstance(error.instance, str) else ""
        self._add(path, "not one of the values that fit here", one_of(names), hint)

    def _type_hint(self, error: ValidationError) -> str:
        if not isinstance(error.instance, str):
            return "Text that looks like a number stands in quotes." if _is_number(error.instance) else ""
        boolean = _YAML_1_1.get(error.instance.lower())
        return f"In YAML 1.2 that is text: write `{boolean}`." if boolean and "true or false" in _kinds(error) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _may_be_text(options: list[Branch], value: Any) -> bool:
    """Say whether text may stand here beside a reference (a store's URL): then text is judged as text."""
    return isinstance(value, str) and any(option.takes(value) for option in options)


def _kinds(error: ValidationError) -> str:
    schema = error.schema if error.validator == "type" else {}
    return Branch(0, schema).expected() if schema else ""


def _bound(error: ValidationError) -> tuple[str, str, str]:
    """Return message, expectation and hint for a value of the right kind that does not fit."""
    limit = error.validator_value
    match error.validator:
        case "pattern":
            expected = error.schema.get("patternErrorMessage") or f"text that matches {limit}"
            return "the text does not have the form that is needed", expected, ""
        case "minLength" | "minItems" | "minProperties":
            return "nothing stands here" if limit == 1 else "too short", f"at least {limit}", ""
        case "maxLength" | "maxItems":
            return "too long", f"at most {limit}", ""
        case "minimum":
            return "too small", f"at least {limit}", ""
        case "maximum":
            return "too large", f"at most {limit}", ""
        case "format":
            return f"not a {limit}", "a day such as 2027-06-30" if limit == "date" else "", ""
        case _:
            return "this does not fit", re.sub(r"(?<!^)([A-Z])", r" \1", str(error.validator)).lower(), ""
