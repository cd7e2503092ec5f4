"""Explaining one asset: the store and Graph are read as for a plan, or a recording is; the journal is the store's."""

from pathlib import Path

from reconciler.explain.build import explain, with_journal
from reconciler.explain.story import Story
from reconciler.run import stores
from reconciler.run.context import Surroundings
from reconciler.run.plans.planning import own_recording
from reconciler.run.plans.reading import Wanted, read


def explain_live(around: Surroundings, what: str, *, as_if_enabled: bool = False) -> tuple[Story, str | None]:
    """Return the story of what is called `what`, and a warning about the store if there is one (E3).

    Raises:
        UsageError: nothing, or more than one thing, is called so.
    """
    recording, warning = read(around, Wanted(as_if_enabled=as_if_enabled))
    story = explain(around.environment, recording, what, as_if_enabled=as_if_enabled)
    if story.tag is None:
        return story, warning
    with stores.open_store(around) as store:
        return with_journal(story, store.changes_of(story.tag)), warning


def explain_recorded(around: Surroundings, path: Path, what: str, *, as_if_enabled: bool = False) -> Story:
    """Return the story as a recording has it: without the journal, and without network, store or credential.

    Raises:
        RecordingError: the file is no recording that can be used.
        UsageError: nothing, or more than one thing, is called so.
    """
    recording = own_recording(around.environment, path)
    return explain(around.environment, recording, what, as_if_enabled=as_if_enabled)
