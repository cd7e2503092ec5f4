"""An environment's folder to settings, or to every problem that it has (K2).

The layers: files, YAML, JSON Schema, types, references between the settings, what this version supports, lint. What
fails one layer does not enter the next; the other files do, and the sound part of the file itself, so that all problems
are reported at once.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.configuration import documents, files, lint, references, schemas, secret_files
from reconciler.configuration.git import repository
from reconciler.configuration.layers import placeholders, shared
from reconciler.configuration.layers.merging import laid_under
from reconciler.configuration.layers.overlay import laid_over, read_overlay
from reconciler.configuration.names import did_you_mean
from reconciler.configuration.parsing import modelines, unsupported
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.models import accepted, typed
from reconciler.configuration.parsing.problems import Format, SettingsProblem, by_place, errors, rendered
from reconciler.configuration.parsing.yaml_text import parse
from reconciler.errors import SettingsError, UsageError
from reconciler.settings.base import SettingsFile
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceFile

if TYPE_CHECKING:
    from reconciler.configuration.parsing.partial_validation import Sound


_INSTANCE: Final = "instance.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an environment's folder holds: the environment, None when there are errors, and every problem.

    `overlay` is the folder that was laid over it, None without one. `instance` is what `instance.yaml` holds, None when
    that file has an error. `documents` are the files with what is laid over and under them.
    """

    environment: Environment | None
    problems: tuple[SettingsProblem, ...]
    overlay: Path | None = None
    instance: InstanceFile | None = None
    documents: Mapping[str, Document] = field(default_factory=dict)

    def settled(self) -> Environment:
        """Return the environment; SettingsError with every error in its message when there is none."""
        if self.environment is None:
            raise self._refused()
        return self.environment

    def settled_instance(self) -> InstanceFile:
        """Return the instance's own settings; SettingsError with every error when `instance.yaml` has one."""
        if self.instance is None:
            raise self._refused()
        return self.instance

    def in_words(self) -> str:
        """Return how many errors there are, as a sentence without its end."""
        number = len(errors(self.problems))
        return f"The settings have {'1 problem' if number == 1 else f'{number} problems'}"

    def _refused(self) -> SettingsError:
        return SettingsError(f"{self.in_words()}.\n{rendered(errors(self.problems), Format.TEXT).rstrip()}")


def environments_in(environments: Path) -> list[str]:
    """Return the names of the environments below a folder; UsageError when the folder does not exist."""
    if not environments.is_dir():
        raise UsageError(f"There is no folder {environments}; --environments DIR names the one with your environments.")
    return sorted(
        each.name for each in environments.iterdir() if each.is_dir() and not each.name.startswith((".", "_"))
    )


def load_environment(environments: Path, name: str, *, overlay: Path | None = None, with_commit: bool = True) -> Loaded:
    """Read and check an environment.

    With an overlay the environment is never clean (E5). Without `with_commit`, Git is not asked (`validate`).
    UsageError when there is no environment of that name.
    """
    known = environments_in(environments)
    if name not in known:
        hint = did_you_mean(name, known) or f"There are: {', '.join(known) or 'none'}."
        raise UsageError(f"There is no environment `{name}` in {environments}. {hint}")
    reading = _Reading(environments, name, overlay)
    models = reading.models()
    problems = by_place(reading.problems)
    if errors(problems):
        return Loaded(None, problems, overlay, reading.instance(models))
    state = repository.state(reading.read_from()) if with_commit else repository.UNKNOWN
    environment = documents.assembled(models, reading.documents, state, overlaid=overlay is not None)
    return Loaded(environment, problems, overlay, environment.instance, reading.documents)


class _Reading:
    """One reading of an environment, layer by layer; `problems` grows."""

    def __init__(self, environments: Path, name: str, overlay: Path | None) -> None:
        above = environments.name or environments.resolve().name
        shown = f"{above}/{name}"
        self.name = name
        self.known = environments_in(environments)
        self.files = files.read_folder(environments / name, shown)
        self.over = read_overlay(overlay, name, self.known) if overlay else None
        # The folder of environments may be the top of a repository itself, and then has a `.git` by right.
        beside = (path for path in sorted(environments.iterdir()) if path.name != repository.CONTROL)
        self.problems: list[SettingsProblem] = [
            *files.repositories(beside, environments, above),
            *self.files.problems,
        ]
        self.own = shared.read(environments, name, self.problems, self.files)
        self.layers = shared.folders(environments, self.own, self.problems)
        self.environments = environments
        self.documents: dict[str, Document] = {}
        self.sound: dict[str, Sound] = {}

    def models(self) -> dict[str, SettingsFile]:
        """Return the model of each file that is whole."""
        self._read_documents()
        self._report_missing()
        models: dict[str, SettingsFile] = {}
        for name, document in self.documents.items():
            model = self._model(name, document)
            if model is not None:
                models[name] = model
        for name, document in self.documents.items():
            self.problems += unsupported.refused(name, document)
        for layer in (self.own, *self.layers):
            self.problems += modelines.missing(layer.files)
            self.problems += shared.unused(self.environments, layer)
        self.problems += secret_files.outside(self.documents.values(), self.files.folder, os.environ)
        parts = references.Parts(self.name, self.known, self.documents, models)
        self.problems += references.broken(parts)
        for name, sound in self.sound.items():
            alone = replace(
                parts, documents={**self.documents, name: sound.document}, models={**models, name: sound.model}
            )
            found = references.broken_in(alone, name)
            self.problems += [problem for problem in found if not sound.is_told(problem.message)]
        self.problems += lint.suspicious(parts)
        return models

    def instance(self, models: dict[str, SettingsFile]) -> InstanceFile | None:
        """Return the instance's own settings, None when their file has an error, or what is laid over it may have."""
        wrong = {problem.file for problem in errors(self.problems)}
        if any(f"{layer.files.shown}/{_INSTANCE}" in wrong for layer in (self.own, *self.layers)):
            return None
        if self.over is not None and (self.over.problems or f"{self.over.shown}/{_INSTANCE}" in wrong):
            return None
        found = models.get(_INSTANCE)
        return found if isinstance(found, InstanceFile) else None

    def _read_documents(self) -> None:
        for path in shared.paths(self.connections()):
            found = [document for layer in (self.own, *self.layers) for document in layer.under(path)]
            if found and not (path in self.files.broken or (path in self.files.texts and found[0].name != path)):
                merged = reduce(laid_under, found)
                self.documents[path] = merged if merged.name == path else replace(merged, name=path)
        self._lay_over()
        for path, document in self.documents.items():
            self.problems += placeholders.unknown(document, self.name)
            self.documents[path] = placeholders.filled(document, self.name)

    def connections(self) -> set[str]:
        """Return the names of the environment's connections."""
        return {*self.files.connections, *(self.over.connections if self.over else ())}

    def read_from(self) -> dict[Path, Iterable[str]]:
        """Return the files that the environment was read from, by their folders."""
        return {self.environments / layer.name: layer.files.texts for layer in (self.own, *self.layers)}

    def _lay_over(self) -> None:
        if self.over is None:
            return
        self.problems += self.over.problems
        for name, above in self._parsed(self.over).items():
            below = self.documents.get(name)
            if below is not None:
                self.documents[name] = laid_over(below, above)
            elif name not in self.files.texts:
                self.documents[name] = above

    def _parsed(self, found: files.Files) -> dict[str, Document]:
        parsed = {}
        for name, text in sorted(found.texts.items()):
            document, problems = parse(name, text, found.sources[name])
            self.problems += problems
            if document is not None:
                parsed[name] = document
        return parsed

    def _model(self, name: str, document: Document) -> SettingsFile | None:
        """Return a file's model, None when it has errors, which are noted as is the part without them."""
        file = files.kind_of(name)
        model = accepted(document, schemas.MODELS[file])
        if model is not None:
            return model
        from reconciler.configuration.parsing.partial_validation import sound_part  # noqa: PLC0415  as above
        from reconciler.configuration.parsing.shape import misfits  # noqa: PLC0415  slow to import, and only for bad files

        schema = schemas.load(file)
        problems = misfits(document, schema).problems
        if not problems:
            model, problems = typed(document, schemas.MODELS[file])
        self.problems += problems
        if model is None and (sound := sound_part(document, schema, schemas.MODELS[file])) is not None:
            self.sound[name] = sound
            self.problems += sound.problems
        return model

    def _report_missing(self) -> None:
        over = set(self.over.texts) if self.over else set()
        for name in shared.needed([self.own, *self.layers], self.connections()):
            if name not in over:
                shown = f"{self.files.shown}/{name}"
                self.problems.append(files.whole_file(shown, "the file is missing", "It begins with `version: 1`."))
