"""The verdict that leads a pull request's comment (V7)."""

from arbitrary_plans import HOSTILE
from github_markdown import rendered
from impacts import changed_day
from msgspec.structs import replace

from reconciler.model.impact import AttributeEffect, Effect, Verdict
from reconciler.model.plan import Action, Kind, LimitUse, Subject
from reconciler.report.markdown.plan import plan_markdown
from reconciler.report.markdown.verdict import verdict


def _alike(number: int, label: str = "LT") -> tuple[Effect, ...]:
    changed = AttributeEffect("compliance", Verdict.CAUSED, "In grace period", "Ingraceperiod", "", "F1")
    return tuple(
        Effect(subject=Subject.ASSET, action=Action.UPDATE, name=f"A-{n}", label=f"{label}-{n}", attributes=(changed,))
        for n in range(number)
    )


def test_alike_changes_are_one_line() -> None:
    """What is alike is one group with its count and a few names."""
    impact = replace(changed_day()[1], effects=_alike(452), over=())

    assert verdict(impact) == (
        "**Merging changes 452 assets.**\n\n"
        "- compliance: In grace period → Ingraceperiod \N{MULTIPLICATION SIGN}452 "
        "(`LT-0, LT-1, LT-2, LT-3, LT-4`, 447 more)"
    )


def test_a_limit_that_stops_the_next_apply() -> None:
    """The verdict says that a limit stops the next apply, and how it can be let pass."""
    use = LimitUse(connection="intune", kind=Kind.MOVED, planned=30, used=4, allowed=20, bound=100, over=True)
    impact = replace(changed_day()[1], effects=(), over=(use,))

    assert verdict(impact) == (
        "**Merging changes no asset and no user.** ⚠ The next apply stops: this change is over 1 limit. "
        "To let it pass: `apply --yes --allow moved=30 --because TEXT`"
    )


def test_the_verdict_comes_first() -> None:
    """In a comment nothing but the marker, which nobody sees, stands before the verdict."""
    plan, impact = changed_day()
    lines = plan_markdown(plan, verdict=verdict(impact)).splitlines()

    assert lines[2].startswith("**Merging changes ")


def test_hostile_names() -> None:
    """No name in the groups acts on the page."""
    for name in HOSTILE:
        page = rendered(verdict(replace(changed_day()[1], effects=_alike(2, name))))
        assert (page.active(), page.unbalanced) == ([], False)
