"""Mappings as functions of columns (F1)."""

from typing import Any

from reconciler.columnar import pack
from reconciler.model.snapshot import UNKNOWN, record_type
from reconciler.planning.rules.mapping import compile_mappings
from reconciler.planning.users.entra import Users, no_users
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.settings.mappings.field_mappings import Mapping

USER = record_type("User", (("department", "text"),))


def mapped(mapping: dict[str, Any], columns: dict[str, list[Any]], users: Users | None = None) -> list[Any]:
    """Return a mapping's values for devices with these columns."""
    count = len(next(iter(columns.values())))
    compiled = compile_mappings(
        [Mapping.model_validate(mapping | {"to": "name"})], BUILT_IN_FIELDS, tuple(columns), ("department",)
    )
    properties = dict(enumerate([[str(n) for n in range(count)], *columns.values()]))
    [values] = compiled.columns(properties, users or no_users(count))
    return list(values)


def test_a_property_is_taken_as_it_is() -> None:
    """None is empty, UNKNOWN stays unknown."""
    assert mapped({"from": "model"}, {"model": ["a", None, UNKNOWN]}) == ["a", None, UNKNOWN]


def test_a_property_that_was_not_read_is_unknown() -> None:
    """Not being asked for is no empty value (G2)."""
    assert mapped({"from": "imei"}, {"model": ["a", None]}) == [UNKNOWN, UNKNOWN]


def test_a_list_takes_the_first_that_is_not_empty() -> None:
    """An unknown before it makes the value unknown; one after it does not matter."""
    columns = {"model": ["a", None, "", UNKNOWN, "a"], "imei": ["b", "b", "b", "b", UNKNOWN]}
    assert mapped({"from": ["model", "imei"]}, columns) == ["a", "b", "b", UNKNOWN, "a"]


def test_a_constant_is_every_devices() -> None:
    """Its transforms run once."""
    assert mapped({"value": "intune", "transform": ["upper"]}, {"model": ["a", None]}) == ["INTUNE", "INTUNE"]


def test_a_users_property_is_empty_without_a_user_and_unknown_with_an_unknown_one() -> None:
    """`user.<property>` is the Entra user's."""
    users = Users([0, None, UNKNOWN], pack([USER(id="u", department="Sales")]))
    assert mapped({"from": "user.department"}, {"model": ["a"] * 3}, users) == ["Sales", None, UNKNOWN]
    assert mapped({"from": "user.city"}, {"model": ["a"] * 3}, users) == [UNKNOWN, None, UNKNOWN]


def test_transforms_leave_empty_and_unknown_values_alone() -> None:
    """A prefix makes no value out of none."""
    mapping = {"from": "model", "transform": [{"prefix": "M-"}]}
    assert mapped(mapping, {"model": ["a", None, "", UNKNOWN, "a", "a"]}) == ["M-a", None, None, UNKNOWN, "M-a", "M-a"]


def test_equal_numbers_of_different_kinds_are_kept_apart() -> None:
    """True is not 1, although they are equal."""
    mapping = {"from": "model", "transform": [{"suffix": "!"}]}
    assert mapped(mapping, {"model": [True, 1, 1.5, True, 1, 1]}) == ["true!", "1!", "1.5!", "true!", "1!", "1!"]


def test_texts_are_transformed_together_as_they_are_one_by_one() -> None:
    """A column of nothing but text takes a faster way to the same values; what a transform empties stays empty."""
    mapping = {"from": "model", "transform": ["trim", "upper", {"prefix": "M-"}]}
    assert mapped(mapping, {"model": [" a", "  ", "ß", ""]}) == ["M-A", None, "M-SS", None]
    assert mapped(mapping, {"model": [" a", "  ", "ß", "", None, 1]}) == ["M-A", None, "M-SS", None, None, "M-1"]
