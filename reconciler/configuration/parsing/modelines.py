"""The comment by which an editor finds a file's schema: every file of an environment has one (K1)."""

import re
from collections.abc import Iterator
from typing import Final

from reconciler.configuration.files import Files, kind_of
from reconciler.configuration.parsing.document import Document, Place, Span
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.schemas import partial_name, schema_name

_NAMED: Final = re.compile(r"#\s*yaml-language-server:\s*\$schema=(?P<schema>\S+)\s*")


def missing(files: Files) -> Iterator[SettingsProblem]:
    """Yield a warning for each file that is YAML and names no schema, or that of another kind of file."""
    for name, source in files.sources.items():
        if not source.parsed:
            continue
        expected = schema_name(kind_of(name))
        number, found = next(
            ((number, match) for number, line in enumerate(source.lines) if (match := _NAMED.fullmatch(line.strip()))),
            (0, None),
        )
        if found is not None and found["schema"].rpartition("/")[2] in {expected, partial_name(kind_of(name))}:
            continue
        above = "../" * (name.count("/") + 2)
        message = "an editor uses another file's schema" if found else "no editor knows the file's schema"
        document = Document.only_at(name, Place(source, Span(number, 0, len(source.lines[number]) or 1)))
        yield document.problem(
            (),
            message,
            expected=f"# yaml-language-server: $schema={above}schemas/{expected}",
            hint="" if found else "Write that comment at the top: the editor then completes and explains the settings.",
            rule="K1",
            severity=Severity.WARNING,
        )
