"""Plans whose every name was chosen by somebody who means harm, for the reports' tests."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

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

CASES = Path(__file__).parents[1] / "report" / "cases"

HOSTILE = (
    "@everyone",
    "@org/team",
    "#1",
    "GH-1",
    "owner/repo#12",
    "3f2c1d9e8b",
    "https://evil.example/x",
    "www.evil.example",
    "mail@evil.example",
    "xmpp:a@evil.example",
    "[click](https://evil.example)",
    "![](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</script>",
    "</details>",
    "<!--",
    "-->",
    "]]>",
    "`",
    "```",
    "``` js",
    "| a | b |",
    "|---|---|",
    "**",
    "~~",
    "__x__",
    "$x$",
    "$`x`$",
    ":tada:",
    "- [ ] x",
    "1. x",
    "1)",
    "# x",
    "> x",
    "---",
    "===",
    "+ x",
    "    x",
    "[^1]",
    "[^1]: x",
    "&lt;b&gt;",
    "&#64;everyone",
    "\\",
    "\\`",
    "a\nb",
    "\n\n",
    "\r\n# x",
    "\u202egnp.exe",
    "\u2066",
    "\u200b",
    "\x1b[31m",
    "\x00",
    "\u2028",
    "{{ 7 * 7 }}",
    "${{ secrets.X }}",
    "javascript:alert(1)",
    "'\"",
    "\ufeff",
)

TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(), max_size=30),
    st.lists(st.sampled_from([*HOSTILE, " ", "a", "the site of"]), max_size=5).map("".join),
    st.lists(st.sampled_from([*HOSTILE, "word", "Ada", "(x)", "12"]), max_size=5).map(" ".join),
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
_COUNTS = st.integers(0, 10**6)


def _few(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


_CHANGES = st.builds(
    Change,
    subject=st.sampled_from(Subject),
    action=st.sampled_from(Action),
    name=TEXTS,
    label=TEXTS,
    attributes=_few(st.builds(Attribute.of, TEXTS, _SCALARS, _SCALARS, TEXTS, TEXTS)),
    kinds=st.lists(st.sampled_from(Kind), max_size=3, unique=True).map(tuple),
    connection=st.none() | TEXTS,
    device_id=st.none() | TEXTS,
)
_CONNECTIONS = st.builds(
    ConnectionSummary,
    name=TEXTS,
    tenant_id=TEXTS,
    enabled=st.booleans(),
    skipped=st.none() | TEXTS,
    read_at=st.none() | TEXTS,
    first_import=st.booleans(),
    report=st.builds(MatchReport, listed=_COUNTS, matched=_COUNTS, created=_COUNTS),
    unknown=_few(st.builds(Part, TEXTS, TEXTS), 2),
    warnings=_few(TEXTS),
)
_LIMITS = st.builds(
    LimitUse,
    connection=TEXTS,
    kind=st.sampled_from(Kind),
    planned=_COUNTS,
    used=_COUNTS,
    allowed=_COUNTS,
    bound=_COUNTS,
    over=st.booleans(),
    exempt=st.none() | TEXTS,
)

PLANS = st.builds(
    Plan,
    tool_version=TEXTS,
    instance=TEXTS,
    settings_digest=TEXTS,
    settings_commit=st.none() | TEXTS,
    store_id=st.none() | TEXTS,
    store_revision=TEXTS,
    made_at=TEXTS,
    digest=TEXTS,
    connections=_few(_CONNECTIONS, 2),
    pending_since=st.none() | TEXTS,
    pending=_few(st.builds(SettingChange, TEXTS, TEXTS, TEXTS)),
    limits=_few(_LIMITS),
    changes=_few(_CHANGES, 5),
    withheld=_few(st.builds(Withheld, connection=TEXTS, label=TEXTS, what=TEXTS, reason=TEXTS, rule=TEXTS)),
    problems=_few(st.builds(Problem, connection=TEXTS, label=TEXTS, message=TEXTS, rule=TEXTS)),
    left_alone=_few(
        st.builds(LeftAlone, connection=TEXTS, device_id=TEXTS, label=TEXTS, why=TEXTS, reason=TEXTS, rule=TEXTS)
    ),
)


def saved(case: str) -> Plan:
    """Return the plan of one of the reports' cases."""
    return decode((CASES / case / "plan.json").read_bytes())


def of_many(number: int, *, created: bool = False) -> Plan:
    """Return a plan of so many changes: a day of a fleet, or a first import with fifteen values each."""
    return Plan(
        tool_version="0.1.0",
        instance="prod",
        settings_digest="a1b2c3d4",
        settings_commit="3f2c1d9e8b7a6f5c4d3e2b1a0f9e8d7c6b5a4f3e",
        store_id="6f1d",
        store_revision="r7",
        made_at="2026-11-23T08:00:00Z",
        connections=(ConnectionSummary(name="intune", tenant_id="t", enabled=True, read_at="2026-11-23T08:00:00Z"),),
        changes=tuple(_created(place) if created else _changed(place) for place in range(number)),
        digest="d" * 64,
    )


_SITES = ("Contoso/Head Office", "Contoso/Leeds", "Contoso/Remote")
_TYPES = ("Laptop", "Phone", "Virtual Machine", "Mac")
_STATUS = (
    Kind.DELETED_IN_INTUNE,
    Attribute.of("status", "In Use", "Retired", "the device is gone from Intune", "row 5"),
)


def _changed(place: int) -> Change:
    before, after = _SITES[place % 3], _SITES[(place + 1) % 3]
    kinds = (
        _STATUS,
        (Kind.MOVED, Attribute.of("site", before, after, f"the site of Person {place % 900}", "S1")),
        (Kind.UPDATED, Attribute.of("name", f"OLD-{place}", f"LT-{place:06d}", "from deviceName", "F1")),
        (Kind.UPDATED, Attribute.of("osVersion", "10.0.22631", "10.0.26100", "from osVersion", "F1")),
    )
    kind, attribute = kinds[place % 4]
    return Change(
        subject=Subject.ASSET,
        action=Action.UPDATE,
        name=f"AST-{place:06d}",
        label=f"LT-{place:06d}",
        attributes=(attribute,),
        kinds=(kind,),
        connection="intune",
        device_id=f"00000000-0000-4000-8000-{place:012d}",
    )


def _created(place: int) -> Change:
    user = f"person.{place % 9000}@contoso.example"
    values = {
        "name": (f"LT-{place:06d}", "from deviceName", "F1"),
        "type": (_TYPES[place % 4], f"rule {_TYPES[place % 4]}s", "T3"),
        "site": (_SITES[place % 3], f"the site of Person {place % 9000}", "S1"),
        "user": (user, f"Intune names {user}", "U3"),
        "serialNumber": (f"5CG{place:07d}", "from serialNumber", "F1"),
        "manufacturer": ("HP", "from manufacturer", "F1"),
        "model": ("HP EliteBook 840 14 inch G10 Notebook PC", "from model", "F1"),
        "operatingSystem": ("Windows", "from operatingSystem", "F1"),
        "osVersion": ("10.0.26100.2033", "from osVersion", "F1"),
        "storageGb": (place % 1024, "from totalStorageSpaceInBytes", "F1"),
        "encrypted": (True, "from isEncrypted", "F1"),
        "enrolledAt": (f"2026-09-15T04:{place % 60:02d}:00Z", "from enrolledDateTime", "F1"),
        "compliance": ("Compliant", "from complianceState", "F1"),
        "custom.label": (f"{user}_Windows_{place}", "from managedDeviceName or deviceName", "F1"),
        "status": ("In Use", "a new asset", "row 1"),
    }
    return Change(
        subject=Subject.ASSET,
        action=Action.CREATE,
        name=f"AST-{place:06d}",
        label=f"LT-{place:06d}",
        attributes=tuple(Attribute.of(name, None, *rest) for name, rest in values.items()),
        kinds=(Kind.CREATED,),
        connection="intune",
        device_id=f"00000000-0000-4000-8000-{place:012d}",
    )
