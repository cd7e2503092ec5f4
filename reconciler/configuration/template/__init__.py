"""A starting point: a complete settings repository with settings, schemas, pipelines and what an editor needs."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from reconciler.configuration import schemas
from reconciler.configuration.template.answers import Answers, Example, Pipeline, Store, answered, check
from reconciler.configuration.template.requirements import requirements
from reconciler.configuration.template.tenants import tenant_rows, tenant_settings
from reconciler.errors import ReconcilerError

__all__ = ["Answers", "Pipeline", "Store", "example_names", "examples", "renew_requirements", "start"]

_SHOWN: Final = 3
_REQUIREMENTS: Final = "requirements.txt"


def start(
    folder: Path,
    answers: Answers = Answers(),  # noqa: B008 - frozen
    *,
    settings: Mapping[str, str] | None = None,
    tenants: Path | None = None,
) -> list[Path]:
    """Write a settings repository into a folder, which is made when missing, and return its files, sorted.

    `settings` are the files of `environments/prod` instead of the example's two environments; `tenants` is a CSV file
    with a row for each tenant, and makes shared settings and an environment for each (K9).

    A file that is there with the same content is left, so that an interrupted start is finished by doing it again.

    ReconcilerError, and nothing written, when the tenants' table or an answer cannot be used, or a file is there with
    another content; when one cannot be written.
    """
    check(answers)
    wanted = {folder / name: content for name, content in _contents(answers, settings, tenants)}
    there = sorted(str(path) for path, content in wanted.items() if _differs(path, content))
    if there:
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        raise ReconcilerError(
            f"Already there with other content: {', '.join(there[:_SHOWN])}{more}. Nothing was written; name another "
            "folder."
        )
    _write(wanted)
    return sorted(wanted)


def renew_requirements(folder: Path) -> Path:
    """Write `requirements.txt` anew for this version of the program, and return it.

    ReconcilerError when it cannot be written.
    """
    path = folder / _REQUIREMENTS
    try:
        path.write_text(requirements(), "utf-8")
    except OSError as error:
        raise ReconcilerError(f"{path} cannot be written: {error.strerror}. Name another folder.") from error
    return path


def examples() -> Path:
    """Return the folder of the example environments: the package's own, else the checkout's."""
    return _packaged("environments", "environments")


def example_names() -> Example:
    """Return the organisation and the sites of the example's catalogue."""
    catalogue = YAML(typ="safe", pure=True).load(examples() / "prod" / "catalogue.yaml")
    (organisation, *_) = catalogue["organisations"]
    return Example(organisation["name"], tuple(organisation["sites"]))


def _packaged(installed: str, checkout: str) -> Path:
    package = Path(schemas.__file__).resolve().parent.parent
    folder = package / installed
    return folder if folder.is_dir() else package.parent / checkout


def _differs(path: Path, content: bytes) -> bool:
    return path.is_symlink() or (path.exists() and not (path.is_file() and path.read_bytes() == content))


def _write(wanted: Mapping[Path, bytes]) -> None:
    """Write the files that are not there yet; after an error none of them stays. Raises ReconcilerError."""
    written: list[Path] = []
    try:
        for path, content in sorted(wanted.items()):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                written.append(path)
                with path.open("xb") as stream:
                    stream.write(content)
                path.chmod(0o755 if path.suffix == ".sh" else 0o644)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            message = f"{error.filename} cannot be written: {error.strerror}. Name another folder."
            raise ReconcilerError(message) from error
        raise


def _contents(
    answers: Answers, settings: Mapping[str, str] | None, tenants: Path | None
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file of the repository."""
    published = schemas.folder()
    given = {f"prod/{name}": text for name, text in (settings or {}).items()}
    if tenants is not None:
        given = tenant_settings(_example_settings(answers), tenant_rows(tenants), answers.store)
    for name, text in (given or _example_settings(answers)).items():
        yield f"environments/{name}", text.encode()
    for path in published.glob("*.json"):
        yield f"schemas/{path.name}", path.read_bytes()
    yield _REQUIREMENTS, requirements().encode()
    yield from _template("common")
    if answers.pipeline is not Pipeline.NONE:
        yield from _template(answers.pipeline)
    if answers.pipeline is Pipeline.GITHUB:
        yield from _github()


def _example_settings(answers: Answers) -> dict[str, str]:
    """Return the example's environments with a person's answers, by the name of the file."""
    folder, example = examples(), example_names()
    named = {path.relative_to(folder): path for path in folder.rglob("*.yaml")}
    return {
        str(name): answered(path.read_text("utf-8"), name.parts[0], answers, example) for name, path in named.items()
    }


def _template(name: str) -> Iterator[tuple[str, bytes]]:
    """Return the files of one part; a leading `dot-` stands for a dot, which a package's own files should not have."""
    return _walk(files(__package__).joinpath("files", name), "")


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        name = prefix + (f".{each.name[4:]}" if each.name.startswith("dot-") else each.name)
        if each.is_dir():
            yield from _walk(each, f"{name}/")
        else:
            yield name, each.read_bytes()


def _github() -> Iterator[tuple[str, bytes]]:
    """Yield the workflows and the action, which are those of this program's own repository."""
    folder = _packaged("github", ".github")
    for name in ("plan.yml", "apply.yml"):
        yield f".github/workflows/{name}", (folder / "workflows" / name).read_bytes()
    for path in (folder / "actions" / "reconciler").iterdir():
        yield f".github/actions/reconciler/{path.name}", path.read_bytes()
