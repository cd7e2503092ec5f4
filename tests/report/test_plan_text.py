"""A plan as people read it: golden folders, and what must hold for any plan."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from arbitrary_plans import of_many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from reconciler.model.plan import (
    Action,
    Attribute,
    Change,
    ConnectionSummary,
    Kind,
    LeftAlone,
    LimitUse,
    MatchReport,
    Plan,
    Problem,
    SettingChange,
    Subject,
    Withheld,
)
from reconciler.model.snapshot import Part
from reconciler.planning.digest import decode
from reconciler.report.html.page import plan_html
from reconciler.report.markdown.plan import plan_markdown
from reconciler.report.text.plan import plain, plan_text

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir())


def load(case: Path) -> Plan:
    """Return a case's plan."""
    return decode((case / "plan.json").read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    """A plan is shown as its case expects."""
    assert plain(plan_text(load(case), kind="production")) == (case / "expected.txt").read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_width(case: Path, width: int) -> None:
    """No line is wider than asked for."""
    assert [line.plain for line in plan_text(load(case), width=width, every=True) if line.cell_len > width] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_piped(case: Path) -> None:
    """A pipe gets the same content as a terminal, without its colours."""
    lines = plan_text(load(case))
    console = Console(file=None, force_terminal=False, no_color=True, width=80, highlight=False, markup=False)
    with console.capture() as capture:
        for line in lines:
            console.print(line, soft_wrap=True)

    assert capture.get() == plain(lines)


def many(number: int) -> Plan:
    """Return a plan with so many changes of one kind."""
    changes = tuple(
        Change(
            subject=Subject.ASSET,
            action=Action.UPDATE,
            name=f"AST-{place:06d}",
            label=f"LT-{place}",
            attributes=(Attribute.of("status", "In Use", "Retired", "gone", "row 5"),),
            kinds=(Kind.DELETED_IN_INTUNE,),
        )
        for place in range(number)
    )
    return Plan(
        tool_version="0",
        instance="prod",
        settings_digest="d",
        settings_commit=None,
        store_id=None,
        store_revision="",
        made_at="2026-11-23T08:00:00Z",
        changes=changes,
    )


def shown(plan: Plan, *, every: bool = False) -> tuple[int, bool]:
    """Return how many blocks a plan shows, and whether it says how to see the others."""
    text = plain(plan_text(plan, every=every))
    return text.count("~ AST-"), "--all" in text


def unlike(number: int) -> Plan:
    """Return a plan with so many changes of one kind, no two of which are alike."""
    plan = many(number)
    changes = tuple(
        replace(change, attributes=(Attribute.of("name", f"OLD-{place}", f"LT-{place}", "from deviceName", "F1"),))
        for place, change in enumerate(plan.changes)
    )
    return replace(plan, changes=changes)


def test_ten_different_changes_are_whole() -> None:
    """Ten changes of one kind are shown whole when no two are alike."""
    assert shown(unlike(10)) == (10, False)


def test_more_different_changes_are_one_line() -> None:
    """More of them are one line with an example, a few names, and how to see all."""
    text = plain(plan_text(unlike(11)))

    assert "11 different values, such as OLD-0 → LT-0" in text
    assert shown(unlike(11)) == (0, True)


def test_alike_changes_are_one_line() -> None:
    """What is alike stands once, with how many and a few names (V6)."""
    text = plain(plan_text(many(452)))

    times = "\N{MULTIPLICATION SIGN}452"
    assert f"  ~ status  In Use → Retired {times}  gone (row 5): LT-0, LT-1, LT-2, 449 more\n" in text
    assert shown(many(2)) == (0, True)


def test_every_one() -> None:
    """Every change is shown when every one is asked for."""
    assert shown(many(500), every=True) == (500, False)


_TEXT = st.text(st.characters(), max_size=30)
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_ATTRIBUTES = st.lists(st.builds(Attribute.of, _TEXT, _SCALAR, _SCALAR, _TEXT, _TEXT), max_size=4).map(tuple)
_CHANGES = st.builds(
    Change,
    subject=st.sampled_from(Subject),
    action=st.sampled_from(Action),
    name=_TEXT,
    label=_TEXT,
    attributes=_ATTRIBUTES,
    kinds=st.lists(st.sampled_from(Kind), max_size=3, unique=True).map(tuple),
)
_COUNT = st.integers(0, 10**6)
_SUMMARIES = st.builds(
    ConnectionSummary,
    name=_TEXT,
    tenant_id=_TEXT,
    enabled=st.booleans(),
    skipped=st.none() | _TEXT,
    read_at=st.none() | _TEXT,
    first_import=st.booleans(),
    report=st.builds(MatchReport, listed=_COUNT, matched=_COUNT, created=_COUNT),
    unknown=st.lists(st.builds(Part, _TEXT, _TEXT), max_size=2).map(tuple),
    warnings=st.lists(_TEXT, max_size=2).map(tuple),
)
_PLANS = st.builds(
    Plan,
    tool_version=_TEXT,
    instance=_TEXT,
    settings_digest=_TEXT,
    settings_commit=st.none() | _TEXT,
    store_id=st.none() | _TEXT,
    store_revision=_TEXT,
    made_at=_TEXT,
    connections=st.lists(_SUMMARIES, max_size=2).map(tuple),
    pending_since=st.none() | _TEXT,
    pending=st.lists(st.builds(SettingChange, _TEXT, _TEXT, _TEXT), max_size=2).map(tuple),
    changes=st.lists(_CHANGES, max_size=5).map(tuple),
    withheld=st.lists(
        st.builds(Withheld, connection=_TEXT, label=_TEXT, what=_TEXT, reason=_TEXT, rule=_TEXT), max_size=2
    ).map(tuple),
    problems=st.lists(st.builds(Problem, connection=_TEXT, label=_TEXT, message=_TEXT, rule=_TEXT), max_size=2).map(
        tuple
    ),
    left_alone=st.lists(
        st.builds(LeftAlone, connection=_TEXT, device_id=_TEXT, label=_TEXT, why=_TEXT, reason=_TEXT, rule=_TEXT),
        max_size=2,
    ).map(tuple),
    limits=st.lists(
        st.builds(
            LimitUse,
            connection=_TEXT,
            kind=st.sampled_from(Kind),
            planned=_COUNT,
            used=_COUNT,
            allowed=_COUNT,
            bound=_COUNT,
            over=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)


@settings(deadline=None, max_examples=200)
@given(plan=_PLANS, every=st.booleans(), width=st.integers(60, 130))
def test_hostile(plan: Plan, every: bool, width: int) -> None:
    """Whatever the names are, a line is a line, no wider than asked for, and nothing in it is obeyed."""
    for line in plan_text(plan, every=every, width=width):
        assert all(unicodedata.category(each)[0] not in "CZ" or each == " " for each in line.plain)
        assert cell_len(line.plain) <= width


@pytest.mark.parametrize(
    ("summary", "told"),
    [
        ({"enabled": False, "skipped": "only for uat"}, "not enabled here: only for uat"),
        ({"skipped": "503", "unknown": (Part("connection", "503"),)}, "could not be read: 503"),
        ({"skipped": "not due: every is 1d"}, "not read: not due: every is 1d"),
    ],
)
def test_a_connection_that_did_nothing(summary: dict[str, Any], told: str) -> None:
    """A connection that is off, one that failed and one that is merely not due are told apart, in every report."""
    connection = ConnectionSummary(**{"name": "intune", "tenant_id": "t", "enabled": True, **summary})
    nothing = replace(load(CASES[0]), connections=(connection,), changes=(), limits=(), problems=(), left_alone=())

    assert f"\nintune  {told}\n" in plain(plan_text(nothing))
    assert f"- intune: {told}" in plan_markdown(nothing).replace("`", "")
    assert f"<dt>intune</dt><dd>{told}" in plan_html(nothing).decode()


def test_a_list_that_was_short_says_so() -> None:
    """What it lacked was found by id, and does not count as listed; text, comment and page say so (G3)."""
    report = MatchReport(listed=9, found_by_id=1, bound=10)
    summary = ConnectionSummary(
        name="intune", tenant_id="t", enabled=True, read_at="2026-11-23T08:00:00Z", report=report
    )
    plan = replace(of_many(0), connections=(summary,))
    words = "9 listed, a short list: 1 more found by id: 10 bound"

    assert f"\nintune  {words}\n" in plain(plan_text(plan))
    assert words in plan_markdown(plan)
    assert "9 devices listed, a short list: 1 more found by id: 10 bound" in plan_html(plan).decode()
