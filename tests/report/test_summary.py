"""A plan or an outcome in one line."""

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model.plan import (
    Action,
    Attribute,
    BindingChange,
    Change,
    ConnectionSummary,
    Kind,
    LimitUse,
    Plan,
    Problem,
    Subject,
    Withheld,
    binding_reason,
)
from reconciler.model.run import Outcome
from reconciler.model.state import Life, Presence
from reconciler.report.summary import outcome_line, summary_parts
from reconciler.report.text.opening import numbers_words

CONNECTION = ConnectionSummary(name="intune", tenant_id="t", enabled=True)
PLAN = Plan(
    tool_version="0",
    instance="prod",
    settings_digest="d",
    settings_commit=None,
    store_id=None,
    store_revision="",
    made_at="2026-11-23T08:00:00Z",
    connections=(CONNECTION,),
)
PROBLEM = Problem(connection="intune", label="x", message="m", rule="M4")
WITHHELD = Withheld(connection="intune", label="x", what="w", reason="r", rule="G3")
BINDING = BindingChange(
    connection="intune",
    source="intune",
    tenant_id="t",
    asset="AST-1",
    before=None,
    after=Life("d", Presence.PRESENT, "2026-11-23T08:00:00Z"),
    why=binding_reason("r", "M2"),
)
OVER = LimitUse(connection="intune", kind=Kind.CREATED, planned=9, used=0, allowed=1, bound=2, over=True)


def change(subject: Subject, action: Action, *kinds: Kind, attribute: str = "model") -> Change:
    """Return a change of one attribute."""
    attributes = (Attribute.of(attribute, "a", "b", "r", "F1"),)
    return Change(subject=subject, action=action, name="n", label="l", attributes=attributes, kinds=kinds)


CREATED = change(Subject.ASSET, Action.CREATE, Kind.CREATED)
UPDATED = change(Subject.ASSET, Action.UPDATE, Kind.UPDATED)
RENAMED = change(Subject.ASSET, Action.UPDATE, Kind.UPDATED, attribute="name")
GONE = change(Subject.ASSET, Action.UPDATE, Kind.DELETED_IN_INTUNE, attribute="status")
NEW_USER = change(Subject.USER, Action.CREATE)
USER = change(Subject.USER, Action.UPDATE)
LEAVER = change(Subject.USER, Action.UPDATE, Kind.USERS_DEACTIVATED, attribute="active")
SOFTWARE = change(Subject.ASSET, Action.UPDATE, attribute="software:Visio")
TYPE = change(Subject.CATALOGUE, Action.CREATE, Kind.NEW_TYPES)
ENTRY = change(Subject.CATALOGUE, Action.CREATE)


@pytest.mark.parametrize(
    ("different", "line"),
    [
        ({}, "No changes. The store matches Intune."),
        ({"problems": (PROBLEM,)}, "No changes. The store matches Intune. · 1 problem"),
        ({"withheld": (WITHHELD,)}, "No changes, as far as is known. · 1 not applied: data missing"),
        ({"bindings": (BINDING,) * 2}, "No changes. The store matches Intune. · 2 bindings to record"),
        ({"connections": (replace(CONNECTION, enabled=False),)}, "No changes: no connection is enabled here."),
        ({"connections": (replace(CONNECTION, skipped="not due"),)}, "No changes: no connection was read."),
        ({"changes": (CREATED,) * 8, "bindings": (BINDING,)}, "Plan: 8 to create"),
        (
            {"changes": (CREATED, UPDATED, RENAMED, GONE), "withheld": (WITHHELD,) * 2, "problems": (PROBLEM,)},
            "Plan: 1 to create, 3 to update (1 deleted in Intune, 2 updated) · 2 not applied: data missing · 1 problem",
        ),
        ({"changes": (UPDATED, SOFTWARE)}, "Plan: 2 to update (1 updated, 1 software only)"),
        ({"changes": (NEW_USER, USER, USER)}, "Plan: users: 1 to create, 2 to update"),
        ({"changes": (USER, LEAVER)}, "Plan: users: 2 to update (1 user made inactive)"),
        ({"changes": (ENTRY, TYPE)}, "Plan: catalogue: 2 entries to make (1 new type)"),
        ({"changes": (ENTRY, UPDATED)}, "Plan: 1 to update · catalogue: 1 entry to make"),
        ({"changes": (CREATED,) * 1200, "limits": (OVER,)}, "Plan: 1,200 to create · over 1 limit"),
    ],
)
def test_summary(different: dict[str, Any], line: str) -> None:
    """A plan's last line says what it comes to."""
    assert " · ".join(summary_parts(replace(PLAN, **different))) == line


@pytest.mark.parametrize(
    ("counts", "bindings", "line"),
    [
        ({"created": 8, "updated": 21}, 8, "Applied run r1: 8 created, 21 updated in 1.2 s"),
        (
            {"catalogue-create": 1, "user-create": 2, "usersDeactivated": 1, "somethingNew": 3, "moved": 0},
            0,
            "Applied run r1: 1 user made inactive, 2 users created, 1 catalogue entry made, 3 somethingNew in 1.2 s",
        ),
        ({}, 3, "Applied run r1: 3 bindings recorded in 1.2 s"),
        ({}, 0, "Applied run r1: nothing to change in 1.2 s"),
    ],
)
def test_outcome(counts: dict[str, int], bindings: int, line: str) -> None:
    """An apply's last line says what it did."""
    outcome = Outcome(run_id="r1", revision="v", changes=1, bindings=bindings, counts=counts)
    assert outcome_line(outcome, 1.234) == line


def test_a_plan_and_its_run_have_the_same_words_for_what_is_updated() -> None:
    """What stands in a plan's brackets stands in the run's line."""
    plan = replace(PLAN, changes=(RENAMED, GONE, SOFTWARE))
    words = "1 deleted in Intune, 1 updated, 1 software only"
    outcome = Outcome(run_id="r1", revision="v", changes=3, bindings=0, counts=plan.counts())
    assert " · ".join(summary_parts(plan)) == f"Plan: 3 to update ({words})"
    assert outcome_line(outcome, 1.0) == f"Applied run r1: {words} in 1.0 s"


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ({"planned": 10, "used": 0, "allowed": 14, "bound": 500}, "10 planned, 14 allowed"),
        (
            {"planned": 10, "used": 6, "allowed": 13, "bound": 50},
            "10 planned, 6 already in the last 24 h: 16 of 13 allowed",
        ),
        ({"planned": 300, "used": 0, "allowed": 226, "bound": 451}, "300 planned, 226 allowed, half of 451"),
        ({"planned": 9, "used": 0, "allowed": 5, "bound": 10, "kind": Kind.NEW_TYPES}, "9 planned, 5 allowed"),
    ],
)
def test_a_limits_numbers_add_up_and_say_when_half_of_the_fleet_is_the_most(use: dict[str, Any], words: str) -> None:
    """What was done already is added to what is planned; the half of R1 is named, which no setting raises."""
    assert numbers_words(replace(OVER, **use)) == words
