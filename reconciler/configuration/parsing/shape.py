"""What JSON Schema finds wrong with a document, in words of our own that never echo a value (K2-K4)."""

import re
from dataclasses import dataclass
from typing import Any

from reconciler.configuration.names import did_you_mean, nearest, one_of
from reconciler.configuration.parsing.branches import Branch, branches, kind_of, meant
from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.masking import REFERENCE
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.parsing.schema_errors import Flaw, flaws

_NUMBERS = {"a number", "a whole number"}
_UNIT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[A-Za-z%]*")
_YAML_1_1 = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


@dataclass(frozen=True, slots=True)
class Misfits:
    """What does not fit a schema: the problems and their paths; `meant` are known keys that unknown ones likely are."""

    problems: tuple[SettingsProblem, ...]
    paths: tuple[Path, ...]
    meant: dict[Path, str]


def misfits(document: Document, schema: dict[str, Any]) -> Misfits:
    """Return all of a document that does not fit its schema."""
    explainer = _Explainer(document, schema)
    for flaw in flaws(document.data, schema):
        explainer.explain(flaw)
    return Misfits(tuple(dict.fromkeys(explainer.found)), tuple(explainer.paths), explainer.meant)


class _Explainer:
    """Turns flaws into problems."""

    def __init__(self, document: Document, schema: dict[str, Any]) -> None:
        self.document = document
        self.schema = schema
        self.found: list[SettingsProblem] = []
        self.paths: list[Path] = []
        self.meant: dict[Path, str] = {}

    def explain(self, flaw: Flaw) -> None:
        path = flaw.path
        match flaw.keyword:
            case "additionalProperties":
                self._unknown_keys(path, flaw)
            case "required":
                self._missing_keys(path, flaw)
            case "anyOf" | "oneOf":
                self._several(path, flaw)
            case "type":
                self._add(path, f"{kind_of(flaw.value)} stands here", _kinds(flaw), self._type_hint(flaw))
            case "enum" | "const":
                self._not_one_of(path, flaw)
            case _:
                self._add(path, *_bound(flaw))

    def _add(self, path: Path, message: str, expected: str = "", hint: str = "", *, at_key: bool = False) -> None:
        problem = self.document.problem(path, message, expected=expected, hint=hint, at_key=at_key, rule="K2")
        self.found.append(problem)
        self.paths.append(path)

    def _unknown_keys(self, path: Path, flaw: Flaw) -> None:
        known = list(flaw.schema.get("properties", {}))
        for key in flaw.value:
            if key not in known:
                self._unknown_key((*path, key), key, known)
                near = nearest(key, known)
                if near is not None and near not in flaw.value and near not in self._taken(path):
                    self.meant[*path, key] = near

    def _unknown_key(self, path: Path, key: str, known: list[str]) -> None:
        hint = did_you_mean(key, known)
        self._add(path, f"unknown key `{key}`", "" if hint else one_of(known), hint, at_key=True)

    def _taken(self, path: Path) -> set[str]:
        """Return the keys that others in a mapping are likely meant to be."""
        return {key for place, key in self.meant.items() if place[:-1] == path}

    def _missing_keys(self, path: Path, flaw: Flaw) -> None:
        known = flaw.schema.get("properties", {})
        misspelt = {nearest(key, known) for key in flaw.value if key not in known}
        for key in flaw.limit:
            if key not in flaw.value and key not in misspelt:
                meaning = known.get(key, {}).get("description", "")
                self._add(path, f"`{key}` is missing", "", meaning, at_key=True)

    def _several(self, path: Path, flaw: Flaw) -> None:
        options = branches(flaw.limit, self.schema)
        if any(option.is_reference for option in options) and not _may_be_text(options, flaw.value):
            self._not_a_reference(path, flaw.value)
            return
        chosen = meant(flaw, options)
        if chosen is None:
            self._none_meant(path, flaw, options)
            return
        for index, inner in flaw.inner:
            if index == chosen.index:
                self.explain(inner)

    def _not_a_reference(self, path: Path, value: Any) -> None:
        literal = not isinstance(value, dict | list | None)
        message = "a secret's value stands here" if literal else "this is not a reference to a secret"
        hint = "A secret never stands in settings: remove it here, and change it if it was ever committed."
        problem = self.document.problem(path, message, expected=REFERENCE, hint=hint if literal else "", rule="K4")
        self.found.append(problem)
        self.paths.append(path)

    def _none_meant(self, path: Path, flaw: Flaw, options: list[Branch]) -> None:
        key = flaw.schema.get("discriminator", {}).get("propertyName")
        expected = "; or ".join(dict.fromkeys(option.expected() for option in options if not option.is_null))
        if key is None or not isinstance(flaw.value, dict):
            self._add(path, f"{kind_of(flaw.value)} stands here", expected, self._type_hint(flaw))
            return
        known = list(flaw.schema["discriminator"]["mapping"])
        if key in flaw.value:
            value = flaw.value[key]
            self._add((*path, key), f"unknown {key}", one_of(known), did_you_mean(str(value), known))
        else:
            self._add(path, f"`{key}` is missing", one_of(known), at_key=True)

    def _not_one_of(self, path: Path, flaw: Flaw) -> None:
        known = flaw.limit if flaw.keyword == "enum" else [flaw.limit]
        names = [str(value).lower() if isinstance(value, bool) else str(value) for value in known]
        hint = did_you_mean(flaw.value, names) if isinstance(flaw.value, str) else ""
        self._add(path, "not one of the values that fit here", one_of(names), hint)

    def _type_hint(self, flaw: Flaw) -> str:
        if not isinstance(flaw.value, str):
            wants_text = _is_number(flaw.value) and "text" in _kinds(flaw)
            return "Text that looks like a number stands in quotes." if wants_text else ""
        if (number := _UNIT.fullmatch(flaw.value.strip())) and _NUMBERS & set(_kinds(flaw).split("; or ")):
            return f"Write `{number[1]}`: a number stands alone, without quotes or a unit."
        boolean = _YAML_1_1.get(flaw.value.lower())
        return f"In YAML 1.2 that is text: write `{boolean}`." if boolean and "true or false" in _kinds(flaw) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _may_be_text(options: list[Branch], value: Any) -> bool:
    """Return whether text may stand here beside a reference (a store's URL): then text is judged as text."""
    return isinstance(value, str) and any(option.takes(value) for option in options)


def _kinds(flaw: Flaw) -> str:
    schema = flaw.schema if flaw.keyword == "type" else {}
    return Branch(0, schema).expected() if schema else ""


def _bound(flaw: Flaw) -> tuple[str, str, str]:
    """Return message, expectation and hint for a value of the right kind that does not fit."""
    limit = flaw.limit
    match flaw.keyword:
        case "pattern":
            expected = flaw.schema.get("patternErrorMessage") or f"text that matches {limit}"
            return "the text does not have the form that is needed", expected, ""
        case "minLength" | "minItems" | "minProperties":
            known = list(flaw.schema.get("properties", {}))
            return (
                "nothing stands here" if limit == 1 else "too short",
                one_of(known) if known else f"at least {limit}",
                "",
            )
        case "maxLength" | "maxItems":
            return "too long", f"at most {limit}", ""
        case "minimum":
            return "too small", f"at least {limit}", ""
        case "maximum":
            return "too large", f"at most {limit}", ""
        case "format":
            return f"not a {limit}", "a day such as 2027-06-30" if limit == "date" else "", ""
        case _:
            return "this does not fit", re.sub(r"(?<!^)([A-Z])", r" \1", str(flaw.keyword)).lower(), ""
