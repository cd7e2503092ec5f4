"""The page about reliability names tests that there are, and its figures are those of the tests."""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from reconciler.simulator.faults import FaultName

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`(tests/[^`]+)`")


def promises() -> list[tuple[str, str, str]]:
    """Return the rows of the page's tables: what is promised, its rule, and what shows it."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    return [tuple(row) for row in cells if len(row) == 3 and "tests/" in row[2] and "pytest" not in row[2]]  # type: ignore[misc]


def figure(what: str) -> int:
    """Return a figure of the page."""
    found = re.search(rf"^\| {what}[^|]*\| ([0-9,]+) \|", PAGE, re.MULTILINE)
    assert found, what
    return int(found[1].replace(",", ""))


@cache
def names_in(file: Path) -> set[str]:
    """Return the names of a file's tests."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


def is_there(name: str) -> bool:
    """Say whether a test, a file of tests or a case is there."""
    path, _, test = name.partition("::")
    file = ROOT / path
    return file.is_file() and (not test or test in names_in(file))


def module(path: str) -> ModuleType:
    """Return a file of tests as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("row", promises(), ids=lambda row: row[0][:40])
def test_a_promise_names_a_rule_and_tests_that_there_are(row: tuple[str, str, str]) -> None:
    """A test that was renamed leaves no promise behind."""
    _, rule, shown_by = row
    assert re.fullmatch(r"[A-Z]\d(-[A-Z]\d)?(, [A-Z]\d(-[A-Z]\d)?)*", rule)
    names = _NAMED.findall(shown_by)
    assert re.sub(_NAMED, "", shown_by).strip(", ") == ""
    assert [name for name in names if not is_there(name)] == []


def test_the_page_promises_much() -> None:
    """It is read as it is written."""
    assert len(promises()) > 45


def test_the_figures_of_faults_are_those_of_the_cells() -> None:
    """Each cell is counted where it is made."""
    cells = module("tests/reliability/test_unknown_is_not_absent.py")
    made = [*cells.lasting(), *cells.passing(), *cells.OF_THEIR_OWN, *cells.ASTRAY]
    assert (figure("Kinds of fault"), figure("Applies under a fault")) == (len(FaultName), len(made))


def test_the_figure_of_kills_is_that_of_ci() -> None:
    """Four tests kill so many on each database, and two interrupt a quarter of that."""
    (kills,) = (int(each) for each in re.findall(r"RECONCILER_TEST_KILLS=(\d+)", (ROOT / ".ci" / "run").read_text()))
    assert f"RECONCILER_TEST_KILLS={kills} " in PAGE
    assert figure("Kills and interrupts") == 2 * (4 * kills + 2 * max(2, kills // 4))
