"""What `explain` shows of an asset and what a plan makes of it are one decision."""

from typing import Any

from fleets import cases
from hypothesis import HealthCheck, event, given, settings

from reconciler.errors import UsageError
from reconciler.explain.build import explain
from reconciler.explain.story import Fact, Mark, Story, because, said
from reconciler.model.plan import Action, Attribute, Change, Subject
from reconciler.model.state import Recording
from reconciler.planning.build import build_plan
from reconciler.settings.environment import Environment

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
OTHERS = {"device", "status", "type", "user", "site"}


def facts(story: Story, title: str) -> dict[str, Fact]:
    """Return the facts of a section by name, the last of several."""
    return {fact.name: fact for section in story.sections if section.title == title for fact in section.facts}


def decided(story: Story) -> dict[str, tuple[str, str]]:
    """Return what a story says becomes of fields, with the reason."""
    fields = facts(story, "fields")
    return {name: (fact.words, fact.why) for name, fact in fields.items() if fact.mark is Mark.DECIDED}


def shown(attribute: Attribute) -> tuple[str, str]:
    """Return an attribute in a story's words."""
    words = f"{said(attribute.before)} → {said(attribute.after)}"
    return words, because(attribute.reason, attribute.rule)


def by_subject(changes: tuple[Change, ...]) -> dict[str, Change]:
    """Return the assets' changes by what a person asks for: the tag, or of a new asset the device."""
    found = {}
    for change in changes:
        if change.subject is Subject.ASSET:
            found[str(change.device_id) if change.action is Action.CREATE else change.name] = change
    return found


@settings(derandomize=True, deadline=None, database=None, max_examples=120, suppress_health_check=SLOW)
@given(cases())
def test_explain_shows_what_the_plan_does(case: tuple[Environment, Recording]) -> None:
    """Of every asset and device: each field that the plan writes and no other, the type, the site, with the reasons."""
    environment, recording = case
    changes = by_subject(build_plan(environment, recording).changes)
    names: set[Any] = {asset.tag for asset in recording.state.assets}
    names |= {device.id for snapshot in recording.snapshots for device in snapshot.devices}
    for name in sorted(names):
        try:
            story = explain(environment, recording, name)
        except UsageError:
            continue
        change = changes.get(story.tag or name)
        attributes = {each.name: each for each in change.attributes} if change else {}
        event(f"changes: {bool(attributes)}")
        if facts(story, "fields"):
            written = {key: shown(each) for key, each in attributes.items() if key not in OTHERS}
            assert decided(story) == written
        if "type" in attributes:
            assert facts(story, "type")["decided"].words == attributes["type"].after
        if "site" in attributes:
            site = facts(story, "user and site")["site"]
            assert (site.words, site.why) == (attributes["site"].after, because(attributes["site"].reason, "S1"))
        if "user" in attributes and attributes["user"].after is not None:
            assert facts(story, "user and site")["user"].words == attributes["user"].after
