"""A plan as a comment: golden texts, its size, what is cut, and that no name in it acts (V2, V3)."""

import re
from pathlib import Path

import pytest
from arbitrary_plans import CASES, HOSTILE, PLANS, TEXTS, of_many, saved
from github_markdown import rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.plan import Attribute, Plan, Problem
from reconciler.report.markdown.layout import SIZE
from reconciler.report.markdown.plan import marker, plan_markdown

EXPECTED = Path(__file__).parent / "expected"
NAMES = sorted(path.name for path in CASES.iterdir())
OURS = {"b", "code", "details", "h3", "h4", "li", "p", "strong", "sub", "summary", "ul"}


def shown(plan: Plan) -> str:
    """Return a plan as the pipeline posts it."""
    return plan_markdown(plan, kind="production", now="2026-11-23T11:10:00Z", recording="prod.recording")


@pytest.mark.parametrize("case", NAMES)
def test_golden(case: str) -> None:
    """A plan is shown as its case expects."""
    assert shown(saved(case)) == (EXPECTED / f"{case}.md").read_text("utf-8")


@pytest.mark.parametrize("case", NAMES)
def test_renders(case: str) -> None:
    """On GitHub it is headings, lists, folds and code, and the marker is its one comment."""
    page = rendered(shown(saved(case)))

    assert (page.tags - OURS, page.active(), page.unbalanced) == (set(), [], False)
    assert page.comments == [f"reconciler:plan:{saved(case).instance}"]


@settings(deadline=None, max_examples=150)
@given(plan=PLANS, recording=st.none() | TEXTS, rest=st.none() | TEXTS)
def test_hostile(plan: Plan, recording: str | None, rest: str | None) -> None:
    """Whatever the names are, nothing in them is a mention, a reference, a link, HTML or a block of its own."""
    text = plan_markdown(plan, kind="uat", recording=recording, rest_at=rest, now="2026-11-23T08:00:00Z")
    page = rendered(text)

    links = {"a href"} if rest and f"<{rest}>" in text else set()
    assert page.tags - OURS - links == set()
    assert set(page.links) <= {rest}
    assert page.active() == []
    assert not page.unbalanced
    assert len(page.comments) == 1
    assert all(each.isprintable() or each == "\n" for each in text)


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_name(name: str) -> None:
    """A hostile name is one entry's code, and the list goes on after it."""
    problems = tuple(Problem(connection="intune", label=f"{name}{part}", message="m", rule="F4") for part in ("", "z"))
    page = rendered(shown(replace(saved("no-changes"), problems=problems)))

    assert (page.tags - OURS, page.active(), page.unbalanced) == (set(), [], False)


@pytest.mark.parametrize("number", [0, 1, 10, 100, 1_000, 20_000])
@pytest.mark.parametrize("created", [False, True])
def test_size(number: int, created: bool) -> None:
    """However many changes there are, what is alike is said once, and the comment is short."""
    assert len(plan_markdown(of_many(number, created=created)).encode()) < 10_000


@settings(deadline=None, max_examples=20)
@given(plan=PLANS, size=st.integers(30_000, SIZE))
def test_any_size(plan: Plan, size: int) -> None:
    """It fits any size that its head and titles leave room in, and is whole within its folds."""
    many = replace(plan, changes=plan.changes * 300, problems=plan.problems * 50, left_alone=plan.left_alone * 99)
    text = plan_markdown(many, size=size)

    assert len(text.encode()) <= size
    assert not rendered(text).unbalanced


def problems(number: int) -> Plan:
    """Return a plan with so many different problems."""
    each = (Problem(connection="intune", label=f"LT-{n}", message=f"problem {n}", rule="F4") for n in range(number))
    return replace(of_many(0), problems=tuple(each))


def test_the_middle_is_cut() -> None:
    """A section that is cut shows its first and last entries, how many are cut between, and where they are."""
    text = plan_markdown(problems(4_000), rest_at="https://ci.example/runs/7").rpartition("<details>")[2]
    gaps = re.findall(r"- _… ([\d,]+) of ([\d,]+) cut here; the rest is at <https://ci\.example/runs/7> …_", text)
    cut, every = (sum(int(number.replace(",", "")) for number in numbers) for numbers in zip(*gaps, strict=True))

    assert (every, cut) == (4_000, 4_000 - len(re.findall("^- `LT-", text, re.MULTILINE)))
    assert "`LT-0`" in text
    assert "`LT-3999`" in text


def test_where_the_rest_is_without_an_address() -> None:
    """Without an address, what is cut is had from the command."""
    assert "cut here; the rest: `reconciler plan prod --all` …_" in plan_markdown(problems(4_000))


def test_an_address_that_is_none() -> None:
    """What does not look like an address is words, not a link."""
    assert rendered(plan_markdown(of_many(1), rest_at="javascript:alert(1)>")).links == []


def test_problems_lead() -> None:
    """Ten problems lead; when there are more, every one is among the details."""
    problems = tuple(Problem(connection="intune", label=f"LT{n}", message=f"m {n}", rule="F4") for n in range(11))
    text = shown(replace(saved("no-changes"), problems=problems))
    lead, _, details = text.partition("<details>")

    assert (lead.count("- `LT"), details.count("- `LT")) == (10, 11)


def test_long_attributes() -> None:
    """An entry with very many attributes shows some and says how many more there are."""
    change = of_many(1).changes[0]
    first = change.attributes[0]
    attributes = tuple(
        Attribute.of(f"custom.f{n}", first.before, first.after, first.reason, first.rule) for n in range(40)
    )
    text = plan_markdown(replace(of_many(1), changes=(replace(change, attributes=attributes),)))

    assert "  - … and 28 more attributes" in text


def test_the_marker() -> None:
    """The marker names the instance, and nothing in a name ends it early."""
    assert [marker("prod"), marker("a-->b")] == ["<!-- reconciler:plan:prod -->", "<!-- reconciler:plan:a---b -->"]


def test_an_undo() -> None:
    """The plan of an undo says which run it undoes."""
    text = plan_markdown(replace(saved("over-a-limit"), undoes="20261123-080000-1a2b"), kind="production")

    assert "### Undo of run `20261123-080000-1a2b` of prod (production)\n\n**15 to update" in text
