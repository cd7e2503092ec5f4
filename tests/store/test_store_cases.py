"""Every golden case's plan does to a real store what applying it means."""

from pathlib import Path

import pytest
from applying import applied
from case_files import case_folders, plan_of
from states import comparable
from storing import ORIGIN, Where, fill, state, url

from reconciler.store.opening import open_store

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_the_store_becomes_what_applying_the_plan_means(folder: Path, place: Where) -> None:
    """A plan is verified, written and read back, and the state is then the one that the plan leads to."""
    _, recording, plan = plan_of(folder)
    fill(place, recording.state)
    with open_store(url(place), write=True) as store, store.apply(owner="test", origin=ORIGIN) as transaction:
        transaction.verify(plan)
        transaction.write(plan, {}, {}, plan.settings_digest, kind="production")
        transaction.read_back(plan)
    assert comparable(state(place)) == comparable(applied(plan, recording.state))
