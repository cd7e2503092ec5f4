"""A case added to a `tests.yaml`, everything that stands there kept as it is: comments, order, quotes (K5)."""

import io
from typing import Any, Final

from ruamel.yaml import YAML

from reconciler.configuration.parsing.problems import errors
from reconciler.configuration.parsing.yaml_text import parse, source_of
from reconciler.errors import SettingsError

_NEW: Final = """\
# yaml-language-server: $schema=../../../../schemas/tests.schema.json
# Devices, and what must become of them: `reconciler test` runs these, and plan and apply insist on them.
version: 1
cases:
"""
_INDENT: Final = "  "


def with_case(shown: str, text: str | None, case: dict[str, Any]) -> str:
    """Return a file's text with a case at the end of its list; a whole file when there is none yet.

    `shown` is the file's name for messages. Raises SettingsError when the text is no YAML.
    """
    if text is None:
        return _NEW + _item(case, _INDENT)
    document, problems = parse(shown, text, source_of(shown, text))
    if document is None:
        raise SettingsError(f"{shown} is not YAML: {errors(problems)[0].message}. Correct it first.")
    cases = document.value(("cases",))
    lines = text.splitlines(keepends=True)
    place = document.place(("cases",)).value if cases else None
    if place is None or lines[place.line].lstrip().startswith(("cases:", "[")):
        return _rewritten(text, case)
    inside = [each.value for path, each in document.places.items() if path[:2] == ("cases", len(cases) - 1)]
    end = max(span.line + span.below for span in inside) + 1
    first = lines[place.line]
    above, below = "".join(lines[:end]), "".join(lines[end:])
    indent = first[: len(first) - len(first.lstrip(" "))]
    return above + ("" if above.endswith("\n") else "\n") + _item(case, indent) + below


def _item(case: dict[str, Any], indent: str) -> str:
    """Return a case as an item of a block list."""
    stream = io.StringIO()
    yaml = _yaml()
    yaml.dump([case], stream)
    return "".join(f"{indent}{line}\n" for line in stream.getvalue().splitlines())


def _rewritten(text: str, case: dict[str, Any]) -> str:
    """Return the text with a list that is empty, missing or on one line written anew."""
    yaml = _yaml()
    data = yaml.load(text)
    cases = data.get("cases") or []
    data["cases"] = [*cases, case]
    stream = io.StringIO()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(data, stream)
    return stream.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    return yaml
