"""A plan that does not fit the rows is refused as a whole, naming them, with nothing written (A1)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from storing import (
    FIRST_PLAN,
    NEXT_READ,
    ORIGIN,
    READ,
    TENANT,
    Where,
    apply,
    attribute,
    bound,
    changed,
    dump,
    empty_store,
    execute,
    first_store,
    life,
    made,
    new_asset,
    new_user,
    plan,
    state,
    url,
)

from reconciler.errors import StaleError
from reconciler.model.plan import Action, Change, ConnectionSummary, Plan, Subject
from reconciler.model.state import Presence
from reconciler.store.opening import open_store

ANN = Change(
    subject=Subject.USER,
    action=Action.UPDATE,
    name="ann@contoso.com",
    label="Ann",
    attributes=(attribute("mail", "ann@contoso.com", "a@contoso.com"),),
)
OLD_READ = (ConnectionSummary(name="intune", tenant_id=TENANT, enabled=True, read_at="2026-11-22T08:00:00Z"),)

DOES_NOT_FIT: dict[str, tuple[Plan, str]] = {
    "a field": (plan(changed("AST-000001", name=("LT-0", "LT-9"))), 'AST-000001: name is "LT-1", not "LT-0"'),
    "an empty field": (plan(changed("AST-000002", imei=("35", "36"))), 'AST-000002: imei is empty, not "35"'),
    "a number": (plan(changed("AST-000001", storageGb=(128, 1))), "AST-000001: storageGb is 256, not 128"),
    "a boolean": (plan(changed("AST-000001", encrypted=(False, True))), "AST-000001: encrypted is true, not false"),
    "one is not true": (plan(changed("AST-000001", encrypted=(1, False))), "AST-000001: encrypted is true, not 1"),
    "a custom field": (
        plan(changed("AST-000001", custom__department=(None, "HR"))),
        'AST-000001: custom.department is "Sales", not empty',
    ),
    "the type": (plan(changed("AST-000001", type=("Phone", "Laptop"))), 'AST-000001: type is "Laptop", not "Phone"'),
    "the site": (
        plan(changed("AST-000001", site=("Contoso/Head Office", None))),
        'AST-000001: site is "Contoso/Leeds", not "Contoso/Head Office"',
    ),
    "the status": (plan(changed("AST-000002", status=("In Use", None))), 'AST-000002: status is empty, not "In Use"'),
    "the user": (
        plan(changed("AST-000001", user=("bob@contoso.com", None))),
        'AST-000001: user is "ann@contoso.com", not "bob@contoso.com"',
    ),
    "an asset that is gone": (plan(changed("AST-9", name=("a", "b"))), 'AST-9: the asset is empty, not "AST-9"'),
    "a user": (plan(ANN), 'Ann: mail is empty, not "a@contoso.com"'),
    "a user that is gone": (plan(replace(ANN, name="eve@x", label="Eve")), 'Eve: the user is empty, not "eve@x"'),
    "a tag that is taken": (plan(new_asset("AST-000001", "d9")), 'AST-000001: tag is "AST-000001", not empty'),
    "a device that is bound": (
        plan(new_asset("AST-000003", "d1"), bindings=(bound("AST-000003", life("d1")),)),
        'device d1: asset is "AST-000001", not empty',
    ),
    "an asset that is bound": (
        plan(bindings=(bound("AST-000001", life("d9")),)),
        'AST-000001: device is "d1", not empty',
    ),
    "a matching value that is there": (
        plan(new_asset("AST-000003", "d9", {"serialNumber": "abc2"}, name="LT-3")),
        'LT-3: the asset with this serialNumber is "AST-000002", not empty',
    ),
    "a custom matching value that is there": (
        plan(new_asset("AST-000003", "d9", {"custom.department": "sales"}, name="LT-3")),
        'LT-3: the asset with this custom.department is "AST-000001", not empty',
    ),
    "a binding's counter": (
        plan(bindings=(bound("AST-000002", life("d2"), life("d2", missing_reads=1)),)),
        "the binding of device d2: missing_reads is 0, not 1",
    ),
    "a binding's presence": (
        plan(bindings=(bound("AST-000002", life("d2"), life("d2", Presence.MISSING)),)),
        'the binding of device d2: presence is "present", not "missing"',
    ),
    "a binding's asset": (
        plan(bindings=(bound("AST-000001", life("d2"), life("d2")),)),
        'the binding of device d2: asset is "AST-000002", not "AST-000001"',
    ),
    "a binding that is gone": (
        plan(bindings=(bound("AST-000001", life("d8"), life("d8")),)),
        'the binding of device d8: asset is empty, not "AST-000001"',
    ),
    "a binding that moves to a bound device": (
        plan(bindings=(bound("AST-000002", life("d1"), life("d2")),)),
        'device d1: asset is "AST-000001", not empty',
    ),
    "a catalogue entry that is there": (
        plan(made("site/Contoso/Leeds")),
        'site/Contoso/Leeds: the entry is "site/Contoso/Leeds", not empty',
    ),
    "an Entra user who is there": (
        plan(new_user("ann2@contoso.com", entraId="e-ann@contoso.com")),
        'ann2@contoso.com: the user is "e-ann@contoso.com", not empty',
    ),
    "a newer read": (
        plan(connections=OLD_READ),
        f'the connection intune: last applied read is "{READ}", not "2026-11-22T08:00:00Z"',
    ),
}


@pytest.mark.parametrize("what", DOES_NOT_FIT)
def test_a_plan_that_does_not_fit_is_refused_with_nothing_written(what: str, place: Where) -> None:
    """The message names the row, the value that was expected and the one that is there."""
    first_store(place)
    before = dump(place)
    wrong, told = DOES_NOT_FIT[what]
    with pytest.raises(StaleError) as caught:
        apply(place, wrong)
    assert str(caught.value) == (
        f"The plan does not fit the store any more, and nothing was written: {told}. Plan again."
    )
    assert dump(place) == before


def test_every_row_that_differs_is_counted_and_the_first_are_listed(place: Where) -> None:
    """Thousands of differences make one paragraph."""
    first_store(place)
    gone = plan(*(changed(f"X-{number:02d}", name=("a", "b")) for number in range(25)))
    with pytest.raises(StaleError) as caught:
        apply(place, gone)
    assert str(caught.value).count("the asset is empty") == 20
    assert "; and 5 more. Plan again." in str(caught.value)


def test_a_saved_plan_is_told_that_the_store_was_written_to(place: Where) -> None:
    """The revision explains why rows differ, and alone refuses nothing."""
    first_store(place)
    found = state(place)
    assert found.stamp is not None
    fits = plan(changed("AST-000001", name=("LT-1", "LT-9")), store_id=found.stamp.store_id)
    differs = plan(changed("AST-000001", name=("LT-0", "LT-9")), store_id=found.stamp.store_id)
    with open_store(url(place), write=True) as store, store.apply(owner="x", origin=ORIGIN) as transaction:
        transaction.verify(fits, expected_revision="an earlier one")
        with pytest.raises(StaleError, match=r"The store was written to since the plan was made\. Plan again"):
            transaction.verify(differs, expected_revision="an earlier one")
        with pytest.raises(StaleError, match=re.escape('not "LT-0". Plan again.')):
            transaction.verify(differs, expected_revision=found.revision)


@pytest.mark.parametrize(
    ("make", "store_id", "told"),
    [
        (first_store, "0000", "The plan was made for the store 0000, and this is the store"),
        (first_store, None, "The plan was made for a new store, and this is the store"),
        (empty_store, "0000", "The plan was made for the store 0000, and this one is new."),
    ],
)
def test_another_stores_plan_is_refused(
    make: Callable[[Path], Path], store_id: str | None, told: str, place: Where
) -> None:
    """A plan fits the store that it was made from, whatever the rows of another look like."""
    path = make(place)
    before = dump(path)
    with pytest.raises(StaleError, match=re.escape(told)):
        apply(path, plan(store_id=store_id), fitted=False)
    assert dump(path) == before


def test_a_first_plan_fits_a_store_that_was_made_or_adopted_meanwhile(place: Where) -> None:
    """A new store has nothing that the plan could not know, stamp or not."""
    empty_store(place)
    with open_store(url(place), write=True) as store:
        store.adopt("prod", "production")
    apply(place, FIRST_PLAN, fitted=False)
    assert len(state(place).assets) == 2


def test_a_name_that_went_meanwhile_makes_the_plan_stale(place: Where) -> None:
    """A plan may refer to a name on its after side only; the store no longer has it."""
    first_store(place)
    execute(place, "DELETE FROM status WHERE name = 'Retired'")
    before = dump(place)
    with pytest.raises(StaleError, match="refers to the status 'Retired', which the store does not have"):
        apply(place, plan(changed("AST-000002", status=(None, "Retired"))))
    assert dump(place) == before


def test_rows_that_the_plan_does_not_touch_may_have_moved(place: Where) -> None:
    """People work in the store meanwhile; only the plan's own rows have to be as they were."""
    first_store(place)
    execute(
        place,
        "UPDATE asset SET notes = 'dropped', imei = '35' WHERE id = 1",
        "UPDATE asset SET name = 'X' WHERE id = 2",
    )
    apply(place, plan(changed("AST-000001", name=("LT-1", "LT-9")), read_at=NEXT_READ))
    assert [row[6] for row in dump(place)["asset"]] == ["LT-9", "X"]
