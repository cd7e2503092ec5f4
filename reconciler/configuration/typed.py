"""What pydantic finds wrong with a document that fits its schema, and the model of one that is right."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.configuration.document import Document, Path
from reconciler.configuration.problems import SettingsProblem
from reconciler.settings.base import SettingsFile


def typed(document: Document, model: type[SettingsFile]) -> tuple[SettingsFile | None, tuple[SettingsProblem, ...]]:
    """Return the document as its model, or None and what is wrong."""
    try:
        return model.model_validate(document.data), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
    # The schema held, so that other errors come only from alternatives that were not meant.
    ours = [detail for detail in details if detail["type"] == "value_error"] or details[:1]
    return None, tuple(_problem(document, detail) for detail in ours)


def _problem(document: Document, detail: ErrorDetails) -> SettingsProblem:
    path: Path = ()
    for part in detail["loc"]:
        # Besides keys and indices, a location names the alternatives that were tried.
        if (*path, part) in document.places:
            path = (*path, part)
    message = detail["msg"].removeprefix("Value error, ")
    return document.problem(path, message, at_key=detail["type"] == "value_error", rule="K2")
