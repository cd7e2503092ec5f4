"""The sound part of a file that has errors: it is judged too, so that all problems are reported at once (K2).

What is wrong is taken out, and what then lacks something with it, until the rest fits its model. A key that is likely a
known one, misspelt, counts as that one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.configuration.parsing.document import Document, Path
from reconciler.configuration.parsing.models import accepted, refused
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.parsing.shape import Misfits, misfits
from reconciler.settings.base import SettingsFile

_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Sound:
    """What is left of a document, its model, and the paths that were taken out.

    `problems` are those that its model found once what does not fit the schema was gone.
    """

    document: Document
    model: SettingsFile
    taken: frozenset[Path]
    problems: tuple[SettingsProblem, ...]

    def is_told(self, message: str) -> bool:
        """Return whether a message may be about what was taken out, and not about what is there."""
        return any(f"`{part}`" in message for path in self.taken for part in path if isinstance(part, str))


def sound_part(document: Document, schema: dict[str, Any], model: type[SettingsFile]) -> Sound | None:
    """Return the sound part of a document that does not fit; None when nothing is left of it."""
    taken: set[Path] = set()
    renamed: dict[Path, str] = {}
    problems: list[SettingsProblem] = []
    rest = document
    for _ in range(_ROUNDS):
        found = misfits(rest, schema)
        wrong = [path for path in found.paths if path not in found.meant]
        if not found.paths:
            own = refused(rest, model)
            wrong = [path for path, _ in own]
            problems += [each for path, each in own if not _lacks(rest.origin.get(path, path), taken)]
        if () in wrong:
            return None
        taken |= {rest.origin.get(path, path) for path in wrong}
        renamed |= {rest.origin.get(path, path): key for path, key in _fresh(found, renamed)}
        rest = _Cutting(document, frozenset(taken), renamed).cut()
        whole = accepted(rest, model)
        if whole is not None:
            return Sound(rest, whole, frozenset(taken), tuple(problems))
    return None


def _lacks(path: Path, taken: Iterable[Path]) -> bool:
    """Return whether something was taken out of what is at a path: then that may be all that is wrong with the rest."""
    return any(each[: len(path)] == path for each in taken)


def _fresh(found: Misfits, renamed: dict[Path, str]) -> Iterable[tuple[Path, str]]:
    return ((path, key) for path, key in found.meant.items() if path not in renamed)


@dataclass(slots=True)
class _Cutting:
    """Copies a document without what is taken; `origin` says where each thing that is left was."""

    document: Document
    taken: frozenset[Path]
    renamed: dict[Path, str]
    origin: dict[Path, Path] = field(default_factory=dict)

    def cut(self) -> Document:
        data = self._copy((), (), self.document.data)
        places = {new: self.document.places[old] for new, old in self.origin.items() if old in self.document.places}
        return Document(self.document.name, data, places, origin=self.origin)

    def _copy(self, old: Path, new: Path, value: Any) -> Any:
        self.origin[new] = old
        match value:
            case dict():
                kept = [key for key in value if (*old, key) not in self.taken]
                names = {key: self.renamed.get((*old, key), key) for key in kept}
                return {names[key]: self._copy((*old, key), (*new, names[key]), value[key]) for key in kept}
            case list():
                left = [index for index in range(len(value)) if (*old, index) not in self.taken]
                return [self._copy((*old, index), (*new, number), value[index]) for number, index in enumerate(left)]
            case _:
                return value
