"""The HTML report as a file: what is in its data, and what its policy allows (V2)."""

import base64
import hashlib
import re
import time
from typing import Any

import pytest
from arbitrary_plans import CASES, PLANS, of_many, saved
from hypothesis import given, settings
from msgspec.structs import replace
from report_pages import Page, told

from reconciler.model.plan import Action, Attribute, Change, Kind, Plan, Subject
from reconciler.model.state import Asset, State
from reconciler.report.html.page import plan_html

TAGS = {
    *(
        "b",
        "body",
        "br",
        "button",
        "code",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "form",
        "h1",
        "h2",
        "h3",
        "head",
    ),
    *("header", "html", "input", "kbd", "label", "li", "main", "meta", "noscript", "p", "rect", "script", "section"),
    *("select", "span", "strong", "style", "summary", "svg", "title", "ul"),
}


def one(change: Change) -> Plan:
    """Return a plan of one change."""
    return replace(saved("no-changes"), changes=(change,), left_alone=())


def asset(*attributes: Attribute, **more: Any) -> Change:
    """Return the change of an asset."""
    given: dict[str, Any] = {
        "action": Action.UPDATE,
        "name": "AST-1",
        "label": "LT-1",
        "kinds": (Kind.UPDATED,),
        **more,
    }
    return Change(subject=Subject.ASSET, attributes=attributes, **given)


def test_an_entry() -> None:
    """An entry says all that the change says, and under which heading each reason is counted."""
    change = asset(
        Attribute.of("type", "Laptop", "Phone", "rule Phones", "T3"),
        Attribute.of("encrypted", None, True, "from isEncrypted", "F1"),
        kinds=(Kind.RETYPED, Kind.UPDATED),
        connection="intune",
        device_id="d1",
    )

    assert told(plan_html(one(change))) == [
        {
            "group": "retyped",
            "groups": ["retyped", "updated"],
            "name": "AST-1",
            "label": "LT-1",
            "connection": "intune",
            "device": "d1",
            "type": "Phone",
            "site": "",
            "attributes": [
                ("type", "Laptop", "Phone", "rule Phones", "T3", "rule Phones"),
                ("encrypted", None, True, "from isEncrypted", "F1", "from isEncrypted"),
            ],
            "effect": None,
            "ends": [(None, [], None, "Phone"), (None, [], None, True)],
        }
    ]


def test_the_state_tells_type_and_site() -> None:
    """An asset that keeps its type and site is counted under the ones that it has."""
    held = Asset(id=1, tag="AST-1", type="Laptop", site="Contoso/Leeds", status=None, user=None, values=())
    change = asset(Attribute.of("site", "Contoso/Leeds", "Contoso/Remote", "r", "S1"))
    (entry,) = told(plan_html(one(change), state=State(assets=(held,))))

    assert (entry["type"], entry["site"]) == ("Laptop", "Contoso/Remote")


def test_many_entries() -> None:
    """Entries stand in the plan's order, however many there are."""
    assert [entry["name"] for entry in told(plan_html(of_many(4_001)))] == [f"AST-{n:06d}" for n in range(4_001)]


def test_what_is_not_done() -> None:
    """Problems, withheld changes and what is left alone are entries too."""
    groups = [entry["group"] for entry in told(plan_html(saved("the-next-day")))]

    assert [groups.count(each) for each in ("problem", "withheld", "left alone")] == [2, 3, 7]


def test_reasons_that_begin_alike() -> None:
    """More than five reasons that begin alike are counted together."""
    changes = tuple(asset(Attribute.of("site", None, "S", f"the site of P{n}", "S1")) for n in range(6))
    six = told(plan_html(replace(one(changes[0]), changes=changes)))
    five = told(plan_html(replace(one(changes[0]), changes=changes[:5])))

    assert {entry["attributes"][0][5] for entry in six} == {"the site of …"}
    assert {entry["attributes"][0][5] for entry in five} == {f"the site of P{n}" for n in range(5)}


@pytest.mark.parametrize(
    ("value", "written"),
    [(2**53 - 1, 2**53 - 1), (2**53, "9007199254740992"), (True, True), (1.5, 1.5), (-(2**60), str(-(2**60)))],
)
def test_large_numbers(value: Any, written: Any) -> None:
    """A whole number that a browser would round goes as text."""
    (entry,) = told(plan_html(one(asset(Attribute.of("f", None, value, "r", "F1")))))

    assert entry["attributes"][0][2] == written


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_nothing_reaches_out(case: str) -> None:
    """The page has no address to load, no handler in an attribute, and a policy for its own script and style alone."""
    page = Page(plan_html(saved(case), kind="production"))
    hashes = {
        name: "sha256-" + base64.b64encode(hashlib.sha256(page.texts[name][0].encode()).digest()).decode()
        for name in ("script", "style")
    }

    assert page.reaching == set()
    assert "://" not in re.sub(r"http://www\.w3\.org/2000/svg", "", page.texts["script"][0] + page.texts["style"][0])
    assert page.policy == (
        f"default-src 'none'; script-src '{hashes['script']}'; style-src '{hashes['style']}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


@settings(deadline=None, max_examples=60)
@given(plan=PLANS)
def test_hostile(plan: Plan) -> None:
    """Whatever the names are, the page's elements are its own."""
    page = Page(plan_html(plan, kind="uat", recording="</title><script>"))

    assert page.tags - TAGS == set()
    assert page.reaching == set()
    assert (len(page.texts["script"]), len(page.texts["style"]), len(page.texts["title"])) == (1, 1, 1)


def test_an_undo() -> None:
    """The page of an undo says which run it undoes."""
    page = Page(plan_html(replace(saved("over-a-limit"), undoes="20261123-080000-1a2b")))

    assert page.texts["title"] == ["Undo of run 20261123-080000-1a2b of prod"]


def test_the_same_bytes() -> None:
    """One plan gives one page, byte for byte."""
    assert plan_html(saved("the-next-day")) == plan_html(saved("the-next-day"))


@pytest.mark.parametrize("created", [False, True])
def test_written_in_time(created: bool) -> None:
    """100,000 changes are written in two seconds of work."""
    plan = of_many(100_000, created=created)
    took = []
    for _ in range(2):
        began = time.process_time()
        plan_html(plan)
        took.append(time.process_time() - began)

    assert min(took) <= 2
