"""Decisions are returned, not written into what a function is given: counted in the source, and the count is 0."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "reconciler"
ROOMS = ("planning", "undo", "explain", "inventory", "impact")
MUTATORS = {"add", "append", "clear", "difference_update", "discard", "extend", "insert", "intersection_update", "pop"}
MUTATORS |= {"popitem", "remove", "reverse", "setdefault", "sort", "update"}
KEPT = {
    "planning/attributes/software.py: _attribute",
    "planning/digest.py: _number",
    "planning/matching/asset_index.py: __missing__",
    "planning/rules/columns.py: __getitem__",
    "planning/users/directory.py: _lookup",
    "undo/assets.py: of",
    "impact/causes.py: of",
    "impact/causes.py: of_scope",
}
"""Methods that keep what they worked out: asked again, they answer the same."""
LOCAL = {"planning/matching/new_devices.py: add"}
"""The method of an index that one function makes, fills and drops."""


@pytest.mark.parametrize("room", ROOMS)
def test_no_function_writes_into_what_it_is_given(room: str) -> None:
    """Neither an attribute nor an item of an argument is assigned, nor is one told to change itself."""
    assert [where for where, name in writes(room) if name not in ("self", "cls")] == []


@pytest.mark.parametrize("room", ROOMS)
def test_methods_write_into_their_own_object_only_to_keep_an_answer(room: str) -> None:
    assert {where for where, name in writes(room) if name == "self"} <= KEPT | LOCAL


def test_a_write_is_seen() -> None:
    source = "def f(a, b):\n    a.x = 1\n    b[0].append(2)\n    c = []\n    c.append(a)\n"
    assert [name for function in functions(source) for name in written(function)] == ["a", "b"]


def writes(room: str) -> Iterator[tuple[str, str]]:
    """Yield each write into an argument: where, and the argument's name."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        for function in functions(path.read_text("utf-8")):
            if function.name not in ("__init__", "__post_init__"):
                for name in written(function):
                    yield f"{path.relative_to(PACKAGE).as_posix()}: {function.name}", name


def functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]


def written(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the name of an argument for each write into it; one that is bound anew is an argument no more."""
    given = {each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    bound = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(function):
        for target in _targets(node):
            name = _name(target)
            if isinstance(target, ast.Attribute | ast.Subscript) and name in given - bound:
                yield name


def _targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return targets
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return [target]
        case ast.Call(func=ast.Attribute(attr=attr) as function) if attr in MUTATORS:
            return [function]
    return []


def _name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
