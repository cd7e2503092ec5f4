"""How the house is built, where no other tool looks: modules in a folder, and functions that say nothing."""

import ast
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "reconciler"
MOST = 16
LONG = 12


def test_no_folder_has_more_modules_than_a_person_overlooks() -> None:
    """One that grows over it gets rooms with a meaning of their own."""
    modules = Counter(path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    assert {str(folder): number for folder, number in modules.items() if number > MOST} == {}


def test_a_private_function_of_more_than_twelve_lines_says_what_it_does() -> None:
    """What is shorter says it by its name."""
    silent = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("_")
        and not node.name.endswith("__")
        and (node.end_lineno or 0) - node.lineno >= LONG
        and not ast.get_docstring(node)
    ]
    assert sorted(silent) == []
