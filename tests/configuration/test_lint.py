"""Lint says nothing that is not so: what it calls unreachable never decides, whatever a device is (K2, T3)."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.configuration import lint
from reconciler.configuration.lint.disjuncts import alternatives
from reconciler.configuration.lint.literals import as_text, excludes, implies
from reconciler.configuration.loader import load_environment
from reconciler.configuration.parsing.document import Document, Place, Source, Span
from reconciler.configuration.references import Parts
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules import values
from reconciler.planning.rules.columns import table_of
from reconciler.planning.rules.criteria import predicate
from reconciler.planning.rules.mapping import Places
from reconciler.planning.rules.types import compile_types
from reconciler.settings.mappings.asset_types import AssetTypesFile
from reconciler.settings.mappings.criteria import Comparison

BASE = Path(__file__).parent / "base"
FILE = "connections/intune/asset-types.yaml"
PROPERTIES = ["model", "osVersion"]
PLACES = Places({name: index for index, name in enumerate(PROPERTIES)}, {})

TEXTS = st.text(alphabet="aAb1", min_size=1, max_size=3)
SCALARS = TEXTS | st.sampled_from(["", "10", "9", "1e1", "ß", "ss", "SS"]) | st.sampled_from([1, 1.0, 10, True])
TEXTUAL = ["contains", "startsWith", "endsWith", "matches"]
SUBJECTS = st.sampled_from(PROPERTIES).map(lambda name: {"property": name})
OPERATORS = st.one_of(
    st.tuples(st.sampled_from(["equals", "notEquals", "greaterThan", "lessThan"]), SCALARS),
    st.tuples(st.sampled_from(TEXTUAL), TEXTS | st.sampled_from(["ß", "SS"])),
    st.tuples(st.just("in"), st.lists(SCALARS, min_size=1, max_size=3)),
    st.tuples(st.just("isEmpty"), st.booleans()),
)
COMPARISONS = st.builds(
    lambda subject, operator, case: {**subject, operator[0]: operator[1], "caseSensitive": case},
    SUBJECTS,
    OPERATORS,
    st.booleans(),
)
CRITERIA = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"all": several}),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"any": several}),
        inner.map(lambda one: {"not": one}),
    ),
    max_leaves=4,
)
VALUES = SCALARS | st.sampled_from([None, UNKNOWN, "9a", "aab", "10x"])


def rules_file(criteria: Sequence[Any]) -> AssetTypesFile:
    rules = [{"name": str(number), "when": each, "type": str(number)} for number, each in enumerate(criteria)]
    return AssetTypesFile.model_validate({"version": 1, "determine": "rules", "default": "none", "rules": rules})


def unreachable(file: AssetTypesFile) -> set[str]:
    """Return the numbers of the rules that lint calls unreachable."""
    document = Document(FILE, {}, {(): Place(Source(FILE, ("",)), Span(0, 0))})
    found = lint.rules.unreachable(Parts("prod", [], {FILE: document}, {FILE: file}), "intune")
    return {problem.pointer.split("/")[2] for problem in found}


def comparisons() -> list[Comparison]:
    """Return every comparison of a small language."""
    texts = ["a", "A", "aB", "ab", "b", "1", "10", "9", "1e1", "ß", "ss"]
    operators = ["equals", "notEquals", "contains", "startsWith", "endsWith", "matches", "greaterThan", "lessThan"]
    several: list[dict[str, Any]] = [{operator: text} for operator in operators for text in texts]
    several += [{"equals": ""}, {"notEquals": ""}, {"isEmpty": True}, {"isEmpty": False}]
    return [
        Comparison.model_validate({"property": "model", **each, "caseSensitive": case})
        for each in several
        for case in (False, True)
    ]


def test_one_comparison_implies_or_excludes_another_only_when_every_value_agrees() -> None:
    """The whole of a small language, against what planning answers for every text of up to three letters."""
    values = ["".join(each) for size in range(4) for each in itertools.product("aAbB1", repeat=size)]
    known = [None, *values, "9", "10", "1e1", "1E1", "9a", "10x", "ß", "ẞ", "ss", "SS", "sS", 10, 9, 1.0, 1.5, True]
    literals = {
        literal: frozenset(number for number, value in enumerate(known) if predicate(each)(value))
        for each in comparisons()
        for [literal] in alternatives(each)
    }
    opposites = {each.opposite(): frozenset(range(len(known))) - held for each, held in literals.items()}
    every = literals | opposites
    wrong = [(a, b) for a, b in itertools.product(every, every) if implies(a, b) and not every[a] <= every[b]]
    positive = {each: held for each, held in every.items() if each.positive}
    wrong += [(a, b) for a, b in itertools.product(positive, positive) if excludes(a, b) and positive[a] & positive[b]]
    assert wrong == []


@settings(max_examples=200)
@given(st.lists(CRITERIA, min_size=1, max_size=4), st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=20))
def test_a_rule_that_is_called_unreachable_decides_for_no_device(criteria: list[Any], rows: list[Any]) -> None:
    file = rules_file(criteria)
    decide = compile_types(file, PLACES)
    decided = decide(table_of(len(rows), zip(*rows, strict=True), ()))
    assert {each.name for each in decided} & unreachable(file) == set()


@given(CRITERIA, st.lists(CRITERIA, max_size=2))
def test_the_same_criterion_again_is_always_found(criterion: Any, between: list[Any]) -> None:
    file = rules_file([criterion, *between, criterion])
    assert str(len(between) + 1) in unreachable(file)


@pytest.mark.parametrize("value", [True, False, 1, 1.0, 1.5, -0.0, 1e300, float("inf"), "", "x", "1.0"])
def test_values_are_the_text_that_planning_compares(value: Any) -> None:
    assert as_text(value) == values.as_text(value)


def test_ten_thousand_rules_are_looked_at_in_seconds() -> None:
    """Every tenth swallows the others like it; each is found, and looking takes less than reading."""
    criteria = [{"any": [{"property": "model", "contains": f"x{number:05}"}]} for number in range(5_000)]
    criteria += [{"property": "model", "startsWith": f"x{number:05}-"} for number in range(5_000)]
    file = rules_file(criteria)
    began = time.process_time()
    assert unreachable(file) == {str(number) for number in range(5_000, 10_000)}
    assert time.process_time() - began < 10


def test_conjunctions_that_share_a_comparison_are_told_apart_quickly() -> None:
    both = [{"property": "osVersion", "equals": "10"}, {"property": "model", "notEquals": "y"}]
    criteria = [{"all": [*both, {"property": "model", "contains": f"x{number:05}"}]} for number in range(5_000)]
    began = time.process_time()
    assert unreachable(rules_file([*criteria, criteria[7]])) == {"5000"}
    assert time.process_time() - began < 10


def test_a_criterion_with_too_many_alternatives_is_left_alone() -> None:
    many = {"property": "model", "in": [str(number) for number in range(40)]}
    more = {"property": "osVersion", "in": [str(number) for number in range(40)]}
    assert unreachable(rules_file([{"all": [many, more]}, {"all": [many, more]}])) == set()


def test_what_a_field_may_name_is_not_called_unused(tmp_path: Path) -> None:
    """With `determine: field` any type of the catalogue may be given."""
    overlay = tmp_path / "prod/connections/intune"
    overlay.mkdir(parents=True)
    (overlay / "asset-types.yaml").write_text(
        "determine: field\nfield: {property: deviceCategoryDisplayName}\nnewTypesGroup: Computers\nrules: []\n"
    )
    problems = load_environment(BASE, "prod", overlay=tmp_path, with_commit=False).problems
    assert [problem.message for problem in problems if "asset type" in problem.message] == []


def test_limits_of_other_instances_are_their_own(tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod/instance.yaml").write_text("kind: uat\nlimits: {moved: {percent: 100, count: 1}}\n")
    assert load_environment(BASE, "prod", overlay=tmp_path, with_commit=False).problems == ()
