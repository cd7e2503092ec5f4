"""Criteria answer yes, no or unknown (T3, X1)."""

from itertools import product
from typing import Any

import pytest
from pydantic import TypeAdapter

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.columns import of_one
from reconciler.planning.rules.criteria import Answer, compile_criterion, inputs
from reconciler.planning.rules.mapping import Places
from reconciler.settings.mappings.criteria import Criterion

PLACES = Places({"yes": 0, "no": 1, "unknown": 2, "model": 3}, {"name": 0})
ADAPTER: TypeAdapter[Any] = TypeAdapter(Criterion)
TRUTH: dict[Answer, dict[str, Any]] = {
    True: {"property": "yes", "equals": "y"},
    False: {"property": "no", "equals": "y"},
    None: {"property": "unknown", "equals": "y"},
}


def answer(criterion: dict[str, Any], model: Any = None, name: Any = None) -> Answer:
    """Return a criterion's answer for a device."""
    test = compile_criterion(ADAPTER.validate_python(criterion), PLACES)
    [found] = test(of_one(("y", "n", UNKNOWN, model), (name,)))
    return found


@pytest.mark.parametrize(("one", "other"), list(product(TRUTH, TRUTH)))
def test_all_any_and_not_are_kleenes(one: Answer, other: Answer) -> None:
    """An unknown remains only where it decides."""
    both = [TRUTH[one], TRUTH[other]]
    expected_all = False if False in (one, other) else None if None in (one, other) else True
    expected_any = True if True in (one, other) else None if None in (one, other) else False
    assert (answer({"all": both}), answer({"any": both})) == (expected_all, expected_any)
    assert answer({"not": TRUTH[one]}) is (None if one is None else not one)


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "holds"),
    [
        ("equals", "HP", "hp", True),
        ("equals", 5, "5", True),
        ("equals", True, True, True),
        ("equals", "x", None, False),
        ("notEquals", "HP", "hp", False),
        ("notEquals", "HP", None, True),
        ("in", ["a", 2], "A", True),
        ("in", ["a", 2], 2, True),
        ("in", ["a"], None, False),
        ("contains", "VIRT", "a virtual one", True),
        ("contains", "x", None, False),
        ("startsWith", "vm", "VMware", True),
        ("startsWith", "ware", "VMware", False),
        ("endsWith", "WARE", "VMware", True),
        ("matches", "^lt-\\d+$", "LT-12", True),
        ("matches", "^lt$", "LT-12", False),
        ("matches", "x", None, False),
        ("greaterThan", 9, "10", True),
        ("greaterThan", "b", "a", False),
        ("greaterThan", 1, None, False),
        ("lessThan", "2026-11-23", "2026-11-22T08:00:00Z", True),
        ("lessThan", 10, 9.5, True),
        ("lessThan", 1, None, False),
        ("isEmpty", True, None, True),
        ("isEmpty", True, "", True),
        ("isEmpty", False, "x", True),
        ("isEmpty", False, None, False),
    ],
)
def test_each_operator(operator: str, wanted: Any, value: Any, holds: bool) -> None:
    """Text without case, numbers as numbers; an empty value is equal to and greater or less than nothing."""
    assert answer({"property": "model", operator: wanted}, model=value) is holds


@pytest.mark.parametrize(
    ("operator", "wanted", "value"),
    [
        ("equals", "HP", "hp"),
        ("in", ["HP"], "hp"),
        ("contains", "P", "hp"),
        ("matches", "HP", "hp"),
        ("startsWith", "H", "hp"),
    ],
)
def test_case_counts_when_asked_for(operator: str, wanted: Any, value: str) -> None:
    """caseSensitive: true compares text with its case."""
    assert answer({"property": "model", operator: wanted, "caseSensitive": True}, model=value) is False


def test_what_was_not_read_is_unknown() -> None:
    """A property that the snapshot lacks, and a field that nothing maps to, decide nothing."""
    assert answer({"property": "never", "equals": "x"}) is None
    assert answer({"field": "custom.never", "isEmpty": True}) is None


def test_inputs_are_what_is_there_and_read() -> None:
    """The columns that decide, each once."""
    criterion = {
        "all": [
            TRUTH[True],
            {"not": TRUTH[True]},
            {"any": [{"field": "name", "isEmpty": True}]},
            {"property": "x", "isEmpty": True},
        ]
    }
    found = inputs([ADAPTER.validate_python(criterion)], PLACES)
    assert (found.properties, found.fields) == ((0,), (0,))


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "answer"),
    [
        ("9.3.5", "lessThan", 15, True),
        ("15.1", "lessThan", "15.0.9", False),
        ("10.10", "greaterThan", "10.9", True),
        ("14", "greaterThan", "14.0", False),
        (1.5, "greaterThan", 1.25, True),
        ("-3", "lessThan", "2", True),
        ("2026-01-02", "greaterThan", "2026-01-01T08:00:00Z", True),
        ("abc", "lessThan", 15, False),
        ("abc", "greaterThan", 15, False),
    ],
)
def test_versions_numbers_and_dates_are_ordered_as_what_they_are(
    value: Any, operator: str, wanted: Any, answer: bool
) -> None:
    """Versions part by part, numbers as numbers, dates as dates; other text is neither more nor less (T3)."""
    criterion = TypeAdapter[Criterion](Criterion).validate_python({"property": "osVersion", operator: wanted})
    [found] = compile_criterion(criterion, Places({"osVersion": 0}, {}))(of_one([value], []))
    assert found is answer
