"""A document as its pydantic model, and what pydantic finds wrong with one that fits its schema."""

import json

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.settings.base import SettingsFile


def accepted(document: Document, model: type[SettingsFile]) -> SettingsFile | None:
    """Return the document as its model when it fits strictly, in every type and key; None otherwise.

    A document that fits so also fits the model's JSON Schema, which then need not be asked: importing and running
    jsonschema costs more than all the rest of a validation. A test holds the two against each other.
    """
    try:
        return model.model_validate_json(json.dumps(document.data), strict=True, by_alias=True, by_name=False)
    except ValidationError:
        return None


def typed(document: Document, model: type[SettingsFile]) -> tuple[SettingsFile | None, tuple[SettingsProblem, ...]]:
    """Return a document that fits its schema as its model, or None and what is wrong."""
    try:
        return model.model_validate(document.data), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
    # The schema held, so that other errors come only from alternatives that were not meant.
    ours = [detail for detail in details if detail["type"] == "value_error"] or details[:1]
    return None, tuple(_problem(document, detail) for detail in ours)


def refused(document: Document, model: type[SettingsFile]) -> tuple[tuple[Path, SettingsProblem], ...]:
    """Return where a document that fits its schema does not fit its model, and the problem there."""
    try:
        model.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        ours = [detail for detail in details if detail["type"] == "value_error"]
        return tuple((_path(document, detail), _problem(document, detail)) for detail in ours)
    return ()


def _path(document: Document, detail: ErrorDetails) -> Path:
    path: Path = ()
    for part in detail["loc"]:
        # Besides keys and indices, a location names the alternatives that were tried.
        if (*path, part) in document.places:
            path = (*path, part)
    return path


def _problem(document: Document, detail: ErrorDetails) -> SettingsProblem:
    path = _path(document, detail)
    message = detail["msg"].removeprefix("Value error, ")
    return document.problem(path, message, at_key=detail["type"] == "value_error", rule="K2")
