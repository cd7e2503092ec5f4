"""A pull request's comment: what merging changes in ten seconds (V7)."""

import re
from typing import Final

import pytest
from arbitrary_plans import HOSTILE, of_many
from github_markdown import rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from impacts import changed_day
from msgspec.structs import replace

from reconciler.impact.comparison import compare, not_compared
from reconciler.model.impact import AttributeEffect, Effect, Impact, Verdict
from reconciler.model.plan import Action, Attribute, Change, Kind, LimitUse, Plan, SettingChange, Subject
from reconciler.report.markdown.plan import plan_markdown
from reconciler.report.markdown.verdict import verdict

TIMES: Final = "\N{MULTIPLICATION SIGN}"
WARNING: Final = "\N{WARNING SIGN}"


def alike(number: int, label: str = "LT") -> tuple[Effect, ...]:
    """Return effects of one change of a transform on so many assets."""
    changed = AttributeEffect("compliance", Verdict.CAUSED, "In grace period", "Ingraceperiod", "", "F1")
    return tuple(
        Effect(subject=Subject.ASSET, action=Action.UPDATE, name=f"A-{n}", label=f"{label}-{n}", attributes=(changed,))
        for n in range(number)
    )


def caused(plan: Plan, *changes: Change) -> tuple[Plan, Impact]:
    """Return a plan that has further changes, and the impact of what adds them."""
    with_ = replace(plan, changes=(*plan.changes, *changes))
    setting = SettingChange("connections/intune/imports.yaml: statuses.deletedInIntune", "Retired", "Gone")
    return with_, compare(plan, with_, ref="main", commit="c0ffee0", settings=[setting])


def asset(name: str, action: Action, *attributes: Attribute) -> Change:
    """Return a change of an asset."""
    return Change(subject=Subject.ASSET, action=action, name=name, label=f"LT-{name}", attributes=attributes)


def test_alike_changes_are_one_line() -> None:
    """What is alike is one group with its count and a few names."""
    plan, impact = changed_day()

    assert verdict(replace(impact, effects=alike(452), over=(), unknown=()), plan) == (
        "**Merging changes 452 assets.** No limit stops the next apply.\n\n"
        f"- compliance: `In grace period` → `Ingraceperiod` {TIMES}452 (F1): `LT-0`, `LT-1`, `LT-2`, 449 more"
    )


def test_a_limit_that_stops_the_next_apply() -> None:
    """The verdict says that a limit stops the next apply, and who can let it pass, and how."""
    use = LimitUse(connection="intune", kind=Kind.MOVED, planned=30, used=4, allowed=20, bound=100, over=True)
    plan, impact = changed_day()

    assert verdict(replace(impact, effects=(), over=(use,), unknown=()), replace(plan, limits=(use,))) == (
        f"**{WARNING} Merging changes no asset and no user.** The next scheduled apply stops at 1 limit (site "
        "changed). After the merge, somebody who may run it starts the workflow _apply_ with `allow: "
        "moved=30` and a reason, or `reconciler apply prod --allow moved=30 --because TEXT`."
    )


def test_a_limit_that_stops_it_anyway() -> None:
    """A limit that the plan is over without the change too is told as that."""
    use = LimitUse(connection="intune", kind=Kind.MOVED, planned=30, used=0, allowed=20, bound=100, over=True)
    plan = replace(changed_day()[0], limits=(use,))
    impact = compare(plan, plan, ref="main", commit="c0ffee0")

    assert verdict(impact, plan).startswith(
        f"**{WARNING} Merging changes nothing.** The next scheduled apply stops at 1 limit (site changed), with or "
        "without this change."
    )


def test_nothing() -> None:
    """Settings that come to the same change nothing."""
    plan, _ = changed_day()

    assert verdict(compare(plan, plan, ref="main", commit="c0ffee0"), plan) == (
        "**Merging changes nothing.** No limit stops the next apply."
    )


def test_what_could_not_be_compared_is_unknown() -> None:
    """Where the settings at the base make no plan, the verdict says why nothing is known."""
    plan, _ = changed_day()

    assert verdict(not_compared(plan, ref="main", commit="c0ffee0", why="they have 1 problem"), plan) == (
        f"**{WARNING} What merging changes is unknown**: they have 1 problem"
    )


SIX: Final = {
    "a status": (
        [asset(f"{n}", Action.UPDATE, Attribute.of("status", "In Use", "Gone", "gone", "row 5")) for n in range(3)],
        (
            "**Merging changes 3 assets.** No limit stops the next apply.\n\n"
            f"- status: `In Use` → `Gone` {TIMES}3, gone (row 5): `LT-0`, `LT-1`, `LT-2`"
        ),
    ),
    "new assets": (
        [asset(f"{n}", Action.CREATE, Attribute.of("type", None, "Laptop", "rule", "T3")) for n in range(5)],
        (
            "**Merging changes 5 assets.** No limit stops the next apply.\n\n"
            f"- new asset: Laptop {TIMES}5: `LT-0`, `LT-1`, `LT-2`, 2 more"
        ),
    ),
    "sites": (
        [asset(f"{n}", Action.UPDATE, Attribute.of("site", "A/B", "A/C", "default", "S1")) for n in range(2)],
        (
            "**Merging changes 2 assets.** No limit stops the next apply.\n\n"
            f"- site: `A/B` → `A/C` {TIMES}2, default (S1): `LT-0`, `LT-1`"
        ),
    ),
    "software": (
        [asset(f"{n}", Action.UPDATE, Attribute.of("software: Teams", "1.0", None, "gone", "L1")) for n in range(2)],
        (
            "**Merging changes 2 assets.** No limit stops the next apply.\n\n"
            f"- software: Teams 1.0 removed {TIMES}2, gone (L1): `LT-0`, `LT-1`"
        ),
    ),
    "users": (
        [
            Change(
                subject=Subject.USER,
                action=Action.UPDATE,
                name=f"u{n}",
                label=f"User {n}",
                attributes=(Attribute.of("site", None, "A/B", "office", "U4"),),
            )
            for n in range(2)
        ],
        (
            "**Merging changes 2 users.** No limit stops the next apply.\n\n"
            f"- site: `(empty)` → `A/B` {TIMES}2, office (U4): `User 0`, `User 1`"
        ),
    ),
    "the catalogue": (
        [Change(subject=Subject.CATALOGUE, action=Action.CREATE, name="type/Phone", label="Phone", attributes=())],
        (
            "**Merging changes no asset and no user.** No limit stops the next apply.\n\n"
            "- catalogue: 1 entry (`type/Phone`)"
        ),
    ),
}
"""Kinds of change, each with the first three lines that a reviewer reads."""


@pytest.mark.parametrize("kind", SIX)
def test_the_first_lines_of_six_kinds(kind: str) -> None:
    """The first three lines say what merging changes, whether a limit stops it, and the largest group."""
    changes, lines = SIX[kind]
    plan, impact = caused(replace(of_many(0), connections=()), *changes)
    marker, text = plan_markdown(plan, impact=impact).split("\n\n", 1)

    assert marker == "<!-- reconciler:plan:prod -->"
    assert text.partition("\n\n<details>")[0].partition("\n\n<sub>")[0] == lines


def test_ten_lines() -> None:
    """At most ten lines of groups follow the verdict, and all else is folded."""
    attributes = [Attribute.of(f"custom.f{n}", None, "x", "r", "F1") for n in range(40)]
    plan, impact = caused(of_many(0), asset("1", Action.UPDATE, *attributes))
    head = plan_markdown(plan, impact=impact).partition("<details>")[0]

    assert head.count("\n- ") == 10
    assert head.rstrip().endswith("- … and 31 more groups, below")


def test_a_hundred_thousand_alike_changes_fit_in_a_small_comment() -> None:
    """100,000 alike changes make a comment under 10,000 characters."""
    attribute = Attribute.of("compliance", "In grace period", "Ingraceperiod", "from complianceState", "F1")
    changes = [asset(f"AST-{n:06d}", Action.UPDATE, attribute) for n in range(100_000)]
    plan, impact = caused(of_many(0), *changes)
    text = plan_markdown(plan, impact=impact)

    assert "**Merging changes 100,000 assets.**" in text
    assert len(text) < 10_000


def test_settings_that_wait_since_earlier_commits_come_last() -> None:
    """Pending settings that are not of this change are the last fold."""
    plan, impact = changed_day()
    own, earlier = impact.settings[0], SettingChange("instance.yaml: limits.planAge", "24h", "48h")
    text = plan_markdown(replace(plan, pending=(own, earlier), pending_since="9e1f00a"), impact=impact)
    last = text.rpartition("<details>")[2]

    assert "<b>not yet applied here</b>: 1 setting, since 9e1f00a" in last.replace("<code>", "").replace("</code>", "")
    assert "limits.planAge" in last
    assert own.path not in last


SUBJECTS = st.sampled_from([Subject.ASSET, Subject.USER, Subject.CATALOGUE])
VALUES = st.sampled_from([None, "A", "B", 1, True])
CHANGES = st.lists(
    st.tuples(
        SUBJECTS,
        st.lists(st.tuples(st.sampled_from(["type", "site", "name", "notes"]), VALUES), min_size=1, max_size=3),
    ),
    max_size=30,
)


def _change(place: int, subject: Subject, values: list[tuple[str, object]]) -> Change:
    attributes = tuple(Attribute.of(name, "old", value, "r", "F1") for name, value in dict(values).items())
    return Change(subject=subject, action=Action.UPDATE, name=f"N-{place}", label=f"L-{place}", attributes=attributes)


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else 0


@settings(deadline=None, max_examples=60)
@given(before=CHANGES, after=CHANGES)
def test_the_numbers_of_a_comment_agree(
    before: list[tuple[Subject, list[tuple[str, object]]]], after: list[tuple[Subject, list[tuple[str, object]]]]
) -> None:
    """The verdict counts each asset and user that ends differently once, and no group, setting or rule has more."""
    base, plan = (
        replace(of_many(0), changes=tuple(_change(place, *each) for place, each in enumerate(side)))
        for side in (before, after)
    )
    impact = compare(base, plan, ref="main", commit="c0ffee0", settings=[SettingChange("a: b", "1", "2")])
    text = plan_markdown(plan, impact=impact)
    assets, users = _number(r"changes (?:.*?)([\d,]+) assets?\b", text), _number(r"([\d,]+) users?\.\*\*", text)

    ends = {(each.subject, each.name) for each in impact.effects}
    assert assets == sum(subject is Subject.ASSET for subject, _ in ends)
    assert users == sum(subject is Subject.USER for subject, _ in ends)
    counts = [int(each.replace(",", "")) for each in re.findall(rf"{TIMES}([\d,]+)", text.partition("<details>")[0])]
    assert all(1 < count <= assets + users for count in counts)
    assert _number(r"\*\*(\d+)\*\* affected", text) == len(impact.effects)


def test_hostile_names() -> None:
    """No name in the groups acts on the page."""
    plan, impact = changed_day()
    for name in HOSTILE:
        changed = AttributeEffect(name, Verdict.CAUSED, name, f"{name}x", name, name)
        effects = tuple(replace(each, attributes=(changed,)) for each in alike(2, name))
        settings_ = (SettingChange(name, name, f"{name}y"),)
        page = rendered(plan_markdown(plan, impact=replace(impact, effects=effects, settings=settings_)))
        assert (page.active(), page.unbalanced) == ([], False)
