"""Golden cases: each folder below `cases` is laid over `base`, and `expected.txt` is all that is reported."""

from pathlib import Path

import pytest

from reconciler.configuration.loader import load_environment
from reconciler.configuration.parsing.problems import Format, errors, rendered

HERE = Path(__file__).parent
CASES = sorted(path.name for path in (HERE / "cases").iterdir())
ONLY_WARNED_OF = {"unknown-instance", "no-schema-comment", "another-files-schema"}


def laid_out(folder: Path, case: Path) -> Path:
    """Return an `environments` folder with the base and a case's files over it."""
    environments = folder / "environments"
    for source in (HERE / "base", case):
        for path in sorted(source.rglob("*.y*ml")):
            target = environments / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    removed = case / "removed.txt"
    for name in removed.read_text().split() if removed.exists() else ():
        (environments / "prod" / name).unlink()
    return environments


@pytest.mark.parametrize("name", CASES)
def test_every_problem_is_reported_with_its_place(name: str, tmp_path: Path) -> None:
    case = HERE / "cases" / name
    loaded = load_environment(laid_out(tmp_path, case), "prod", with_commit=False)
    assert rendered(loaded.problems, Format.TEXT) == (case / "expected.txt").read_text(encoding="utf-8")
    assert (
        (loaded.environment is None)
        == bool(errors(loaded.problems))
        == (name not in ONLY_WARNED_OF and "lint-" not in name)
    )


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("name", [name for name in CASES if "secret" in name or "password" in name])
def test_no_format_shows_a_literal_secret(name: str, form: Format, tmp_path: Path) -> None:
    loaded = load_environment(laid_out(tmp_path, HERE / "cases" / name), "prod", with_commit=False)
    shown = rendered(loaded.problems, form)
    assert shown
    assert "hunt" not in shown


def test_the_base_has_no_problem(tmp_path: Path) -> None:
    loaded = load_environment(laid_out(tmp_path, HERE / "base"), "prod", with_commit=False)
    assert loaded.problems == ()
    assert loaded.environment is not None
