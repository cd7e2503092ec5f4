"""What the settings say of one another."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.configuration.document import Document
from reconciler.configuration.problems import SettingsProblem
from reconciler.settings.base import SettingsFile


@dataclass(frozen=True, slots=True)
class Parts:
    name: str
    known: list[str]
    documents: dict[str, Document]
    models: dict[str, SettingsFile]


def broken(parts: Parts) -> Iterator[SettingsProblem]:
    yield from ()
