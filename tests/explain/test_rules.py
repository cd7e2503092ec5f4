"""Rules in words: each that anything can name is explained, on the command line and on its page (V8)."""

import re
from pathlib import Path
from typing import Final

import pytest

from reconciler.explain.rules import CHAPTERS, RULES, find_rule
from reconciler.report.rules import rule_text, rules_page
from reconciler.report.text.plan import plain

ROOT: Final = Path(__file__).parents[2]
NAMED: Final = re.compile(r"(?<=[\"'(])(row \d{1,2}b?|[ACDEFGJKLMNPRSTUVWX]\d{1,2}[a-z]?)(?=[\"'),; ])")
IN_PLANS: Final = re.compile(r"(?:^ +|[{,] )(row \d{1,2}b?|[A-Z]\d{1,2}[a-z]?): ", re.MULTILINE)


def _named_in_code() -> set[str]:
    files = [*(ROOT / "reconciler").rglob("*.py"), *(ROOT / "reconciler").rglob("*.jinja")]
    here = ROOT / "reconciler/explain/rules"
    texts = (path.read_text("utf-8") for path in files if here not in path.parents and "simulator" not in path.parts)
    return {name for text in texts for name in NAMED.findall(text)}


def _named_in_plans() -> set[str]:
    plans = (ROOT / "tests/cases").rglob("plan.yaml")
    return {name for plan in plans for name in IN_PLANS.findall(plan.read_text("utf-8"))}


def test_every_rule_that_is_named_is_explained() -> None:
    """Each rule that code, a golden plan or an error names stands in the table."""
    code, plans = _named_in_code(), _named_in_plans()

    assert {"M6", "row 5", "row 7b", "W3"} <= code
    assert {"M6", "row 5", "F1", "T3"} <= plans
    assert sorted(name for name in code | plans if find_rule(name) is None) == []


def test_no_rule_stands_twice() -> None:
    """Each name is one rule's."""
    assert sum(len(rules) for _, rules in CHAPTERS) == len(RULES)


def test_the_page_is_generated() -> None:
    """docs/rules.md is what the table comes to; `make generated` writes it."""
    assert (ROOT / "docs/rules.md").read_text("utf-8") == rules_page()


@pytest.mark.parametrize("name", ["M6", "m6", " M6 "])
def test_a_rule_in_the_terminal(name: str) -> None:
    """A rule is found in any case, and shown with its title and its words."""
    rule = find_rule(name)

    assert rule is not None
    assert plain(rule_text(rule, width=60)) == (
        "M6: Re-enrolled\n"
        "  The asset's old device is proven gone, and another listed\n"
        "  device has its matching value: the machine was enrolled\n"
        "  again, and the asset is now that device. Nothing is\n"
        "  deleted or created.\n"
    )
