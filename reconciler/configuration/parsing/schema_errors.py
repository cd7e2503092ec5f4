"""What jsonschema finds, as values of our own: the keyword that failed, where, and the alternatives that were tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from reconciler.configuration.parsing.document import Path

_FORMATS = FormatChecker(formats=["date"])


@dataclass(frozen=True, slots=True)
class Flaw:
    """One keyword of a schema that a value fails.

    `limit` is the keyword's value and `schema` the schema around it; `inner` are the flaws that each alternative of
    an `anyOf` or `oneOf` finds, with the alternative's index.
    """

    keyword: str
    path: Path
    value: Any
    limit: Any
    schema: dict[str, Any]
    inner: tuple[tuple[int, "Flaw"], ...] = ()


def flaws(data: Any, schema: dict[str, Any]) -> Iterator[Flaw]:
    """Yield every flaw of plain data."""
    for error in Draft202012Validator(schema, format_checker=_FORMATS).iter_errors(data):
        yield _flaw(error)


def _flaw(error: ValidationError) -> Flaw:
    inner = tuple((int(tried.relative_schema_path[0]), _flaw(tried)) for tried in error.context or ())
    return Flaw(
        keyword=str(error.validator),
        path=tuple(error.absolute_path),
        value=error.instance,
        limit=error.validator_value,
        schema=cast("dict[str, Any]", error.schema),
        inner=inner,
    )
