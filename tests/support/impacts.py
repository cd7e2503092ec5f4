"""The saved day of the reports' cases, made with a change of the settings, and what that change causes of it."""

from typing import Final

from arbitrary_plans import saved
from msgspec.structs import replace

from reconciler.impact.comparison import compare
from reconciler.model.impact import Impact, Unanswered
from reconciler.model.plan import Action, Attribute, Change, Kind, Plan, Problem, SettingChange, Subject

TYPES: Final = "connections/intune/asset-types.yaml: rules[Virtual machines].when"
SITES: Final = "connections/intune/imports.yaml: siteAllocation"
UNLINKING: Final = "connections/intune/users.yaml: unlinkWhenNoMatch"
WINDOW: Final = "instance.yaml: limits.window"


def changed_day() -> tuple[Plan, Impact]:
    """Return the plan of the day, and its impact.

    Without the change AST-000012 keeps its type, AST-000013 moves elsewhere, AST-000020's storage stays and its notes
    change, the new AST-000501 becomes a phone, AST-000060 loses its user, LT-0044 is no problem and LT-0070 is one.
    """
    plan = saved("the-next-day")
    changes = {each.name: each for each in plan.changes}
    changes["AST-000012"] = _with(changes["AST-000012"], type=None)
    changes["AST-000013"] = _with(changes["AST-000013"], site="Contoso/Remote")
    changes["AST-000020"] = _with(changes["AST-000020"], storageGb=None, notes="leased")
    changes["AST-000501"] = _with(changes["AST-000501"], type="Phone")
    changes["AST-000060"] = Change(
        subject=Subject.ASSET,
        action=Action.UPDATE,
        name="AST-000060",
        label="LT-0060",
        attributes=(Attribute.of("user", "bob@contoso.com", None, "Intune names no user for the device", "U3"),),
        kinds=(Kind.UNLINKED,),
        connection="intune",
        device_id="d60",
    )
    solved = Problem(connection="intune", label="LT-0070", message="two users have its name", rule="U2")
    base = replace(plan, changes=tuple(changes.values()), problems=(*plan.problems[1:], solved), digest="b" * 64)
    settings = (
        SettingChange(TYPES, "model: Virtual", "model: virtual"),
        SettingChange(SITES, "keep", "user-site"),
        SettingChange(UNLINKING, "true", "false"),
        SettingChange(WINDOW, "24h", "48h"),
    )
    unanswered = [Unanswered("intune", "device property imei", "the recording does not hold it")]
    return plan, compare(base, plan, ref="main", commit="c0ffee0123", settings=settings, unanswered=unanswered)


def _with(change: Change, **values: str | None) -> Change:
    """Return a change with other values of attributes: None leaves one out, an unknown one is added."""
    given = {each.name: each for each in change.attributes}
    for name, value in values.items():
        stands = given.pop(name, Attribute.of(name, "owned", None, f"from {name}", "F1"))
        if value is not None:
            given[name] = replace(stands, after=value)
    return replace(change, attributes=tuple(given.values()))
