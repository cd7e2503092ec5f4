"""Applying plans to a real store: what is written, what is kept of it, and that all of it is kept or nothing."""

from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace
from postgres import Database
from storing import (
    CATALOGUE,
    DAY,
    FIRST_PLAN,
    NEXT_READ,
    NOW,
    ORIGIN,
    PEOPLE,
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
    meddle,
    new_asset,
    new_user,
    plan,
    query,
    state,
    url,
)

from reconciler.errors import ReadBackError, ReconcilerError, StampError, StoreError
from reconciler.model.plan import Action, Change, ConnectionSummary, Kind, LimitUse, Subject
from reconciler.model.state import (
    AppliedSettings,
    Asset,
    Binding,
    LastRead,
    Person,
    Presence,
    Stamp,
    State,
    StoredCatalogue,
    Usage,
)
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store.opening import open_store

GONE = life("d2", Presence.DELETED, missing_since=NEXT_READ, missing_reads=2, status_set="Retired")


def test_a_first_import_is_read_again_as_it_was_planned(place: Where) -> None:
    """The whole state after the first apply: names, values in the order of the fields, bindings, reads, settings."""
    outcome = apply(place, FIRST_PLAN)
    found = state(place)
    assert found.applied is not None
    assert found.stamp is not None
    assert replace(found, catalogue=replace(found.catalogue, details={})) == State(
        stamp=Stamp("prod", "production", found.stamp.store_id),
        revision=outcome.revision,
        fields=(*FIELDS, "custom.department", "custom.managed_by"),
        catalogue=StoredCatalogue(
            organisations=("Contoso",),
            sites=("Contoso/Head Office", "Contoso/Leeds"),
            statuses=("In Use", "Retired"),
            asset_groups=("Computers",),
            types={"Laptop": "Computers", "Virtual Machine": "Computers"},
            custom_fields=("department", "managed_by"),
            licences=("Visio",),
        ),
        assets=(
            asset(
                1,
                "AST-000001",
                "Laptop",
                "Contoso/Leeds",
                "In Use",
                1,
                name="LT-1",
                serialNumber="ABC1",
                storageGb=256,
                memoryGb=15.8,
                encrypted=True,
                lastCheckIn=READ,
                warrantyEnd="2029-01-31",
                department="Sales",
                managed_by="Intune",
            ),
            asset(2, "AST-000002", "Laptop", None, None, None, name="LT-2", serialNumber="ABC 2"),
        ),
        people=(
            Person(id=1, name="Ann", upn="ann@contoso.com", site="Contoso/Leeds", entra_id="e-ann@contoso.com"),
            Person(id=2, name="Bob", upn="bob@contoso.com", entra_id="e-bob@contoso.com"),
        ),
        bindings=(
            Binding("intune", TENANT, 1, life("d1", status_set="In Use")),
            Binding("intune", TENANT, 2, life("d2")),
        ),
        reads=(LastRead("intune", TENANT, READ, ("2026-11-23",)),),
        usage=(Usage("intune", TENANT, 2, {}),),
        applied=AppliedSettings(
            digest="s1",
            applied_at=found.applied.applied_at,
            commit="3f2c1d",
            enabled={"intune": True},
            document={"a": 1},
        ),
        highest_tag=2,
    )


FIELDS = tuple(BUILT_IN_FIELDS)


def asset(
    key: int, tag: str, kind: str | None, site: str | None, status: str | None, user: int | None, **values: Any
) -> Asset:
    """Return an asset with these values, in the order of the fields, and no others."""
    return Asset(
        key, tag, kind, site, status, user, tuple(values.get(name) for name in (*FIELDS, "department", "managed_by"))
    )


def test_values_keep_their_kind(place: Where) -> None:
    """A boolean stays one, whole numbers stay whole, in columns and in custom fields."""
    first_store(place)
    apply(
        place,
        plan(
            made("field/ratio", type="number"), changed("AST-000001", custom__ratio=(None, 1.5), storageGb=(256, 512))
        ),
    )
    values = state(place).assets[0].values
    found = [values[FIELDS.index(name)] for name in ("storageGb", "memoryGb", "encrypted")] + [values[-1]]
    assert [(each, type(each)) for each in found] == [(512, int), (15.8, float), (True, bool), (1.5, float)]


def test_an_update_changes_what_it_names_and_counts_a_version(place: Where) -> None:
    """References, columns and custom fields change together; everything else stays; an empty custom field goes."""
    first_store(place)
    before = state(place).assets
    apply(
        place,
        plan(
            changed(
                "AST-000001",
                type=("Laptop", "Virtual Machine"),
                site=("Contoso/Leeds", "Contoso/Head Office"),
                status=("In Use", None),
                user=("ann@contoso.com", "bob@contoso.com"),
                encrypted=(True, False),
                memoryGb=(15.8, None),
                custom__department=("Sales", None),
            ),
            changed("AST-000002", custom__managed_by=(None, "Nobody")),
            read_at=NEXT_READ,
        ),
    )
    one, two = state(place).assets
    assert one == asset(
        1,
        "AST-000001",
        "Virtual Machine",
        "Contoso/Head Office",
        None,
        2,
        name="LT-1",
        serialNumber="ABC1",
        storageGb=256,
        encrypted=False,
        lastCheckIn=READ,
        warrantyEnd="2029-01-31",
        managed_by="Intune",
    )
    assert two == replace(before[1], values=(*before[1].values[:-1], "Nobody"))
    assert query(place, "SELECT custom, version FROM asset ORDER BY id") == [
        ('{"managed_by":"Intune"}', 2),
        ('{"managed_by":"Nobody"}', 2),
    ]


def test_a_binding_moves_to_another_device_and_another_ends(place: Where) -> None:
    """The row stays the asset's; its device and whole life are the plan's."""
    first_store(place)
    moved = life("d9", status_set="In Use")
    move = changed("AST-000001", kinds=(Kind.REBOUND,), device=("d1", "d9"))
    retire = changed("AST-000002", kinds=(Kind.DELETED_IN_INTUNE,), status=(None, "Retired"))
    bindings = (bound("AST-000001", moved, life("d1", status_set="In Use")), bound("AST-000002", GONE, life("d2")))
    apply(place, plan(move, retire, bindings=bindings, read_at=NEXT_READ))
    found = state(place)
    assert found.bindings == (Binding("intune", TENANT, 1, moved), Binding("intune", TENANT, 2, GONE))
    assert found.assets[1].status == "Retired"


def test_an_asset_passes_to_another_tenant_in_one_plan(place: Where) -> None:
    """The old binding ends before the new one is made, so that one is live at any time."""
    first_store(place)
    taken = bound("AST-000002", life("x1"), tenant="other")
    apply(place, plan(bindings=(taken, bound("AST-000002", GONE, life("d2"))), read_at=NEXT_READ))
    assert [(each.tenant_id, each.life) for each in state(place).bindings if each.asset_id == 2] == [
        (TENANT, GONE),
        ("other", life("x1")),
    ]


def test_an_asset_passes_back_to_the_device_that_it_had_before(place: Where) -> None:
    """One of its bindings ends before the other lives again, whatever their order in the plan."""
    first_store(place)
    taken = bound("AST-000002", life("x1"), tenant="other")
    apply(place, plan(bindings=(taken, bound("AST-000002", GONE, life("d2")))))
    back = bound("AST-000002", life("d2"), GONE)
    apply(place, plan(bindings=(back, bound("AST-000002", replace(GONE, device_id="x1"), life("x1"), "other"))))
    assert [(each.tenant_id, each.life.presence) for each in state(place).bindings if each.asset_id == 2] == [
        (TENANT, Presence.PRESENT),
        ("other", Presence.DELETED),
    ]


def test_a_user_is_updated_by_the_reference_of_before_and_linked_by_the_one_of_after(place: Where) -> None:
    """A plan that renames a user and makes another may give either to an asset."""
    first_store(place)
    renamed = Change(
        subject=Subject.USER,
        action=Action.UPDATE,
        name="ann@contoso.com",
        label="Ann",
        attributes=(attribute("upn", "ann.new@contoso.com", "ann@contoso.com"), attribute("active", False, True)),
    )
    apply(
        place,
        plan(
            renamed,
            new_user("cy@contoso.com", site="Contoso/Leeds"),
            changed("AST-000001", user=("ann@contoso.com", "cy@contoso.com")),
            changed("AST-000002", user=(None, "ann.new@contoso.com")),
        ),
    )
    found = state(place)
    assert [(each.name, each.upn, each.active) for each in found.people] == [
        ("Ann", "ann.new@contoso.com", False),
        ("Bob", "bob@contoso.com", True),
        ("Cy", "cy@contoso.com", True),
    ]
    assert [each.user for each in found.assets] == [3, 1]


def test_a_licence_and_a_custom_field_keep_their_details(place: Where) -> None:
    """What the catalogue says of an entry is in the tables."""
    rows = dump(first_store(place))
    assert rows["licence"] == [(1, "Visio", 40)]
    assert rows["licence_alias"] == [(1, "Microsoft Visio"), (1, "Visio 2021")]
    assert rows["custom_field"] == [
        (1, "department", "Department", "text", 80, "[]"),
        (2, "managed_by", "Managed by", "choice", None, '["Intune","Nobody"]'),
    ]


def test_an_apply_of_nothing_writes_a_handful_of_rows(place: Where) -> None:
    """Its run, the read, the day, the revision; no asset, binding or settings (D3)."""
    first_store(place)
    before = dump(place)
    apply(place, plan(read_at=NEXT_READ))
    after = dump(place)
    assert {name: len(set(after[name]) - set(before[name])) for name in after if after[name] != before[name]} == {
        "connection_read": 1,
        "whole_read_day": 1,
        "run": 1,
        "stamp": 1,
    }
    assert state(place).reads == (LastRead("intune", TENANT, NEXT_READ, ("2026-11-23", "2026-11-24")),)


def test_settings_are_kept_when_they_change(place: Where) -> None:
    """Each change of settings is a row of its own (E4)."""
    first_store(place)
    apply(place, plan(settings_digest="s2"), origin=replace(ORIGIN, commit="77aa00"))
    assert [row[1:4:2] for row in dump(place)["settings_revision"]] == [("s1", "3f2c1d"), ("s2", "77aa00")]
    applied = state(place).applied
    assert applied is not None
    assert (applied.digest, applied.commit) == ("s2", "77aa00")


def test_every_apply_gives_the_store_another_revision_and_never_lowers_the_highest_tag(place: Where) -> None:
    """A revision says that the store moved; a tag that was given is never given again."""
    first_store(place)
    revisions = {apply(place, plan(highest_tag=0)).revision for _ in range(3)}
    assert len(revisions) == 3
    assert (state(place).revision in revisions, state(place).highest_tag) == (True, 2)


def use(kind: Kind, planned: int, exempt: str | None = None) -> LimitUse:
    """Return a limit's use in the connection."""
    return LimitUse(
        connection="intune", kind=kind, planned=planned, used=0, allowed=9, bound=2, over=False, exempt=exempt
    )


def test_what_runs_in_the_window_used_of_the_limits_is_summed_up(place: Where) -> None:
    """What was exempt, allowed or undone does not count; bound assets are those of the window's start (R1, R2)."""
    first_store(place)
    late = replace(ORIGIN, started_at="2026-11-24T01:00:00Z")
    apply(place, plan(limits=(use(Kind.UPDATED, 3), use(Kind.MOVED, 2, "first import"))), origin=late)
    apply(
        place,
        plan(limits=(use(Kind.UPDATED, 4), use(Kind.RETYPED, 5))),
        origin=replace(late, allowances={"retyped": 5}),
    )
    apply(place, plan(limits=(use(Kind.UPDATED, 100),)), origin=late)
    execute(place, "UPDATE run SET undone_by = 1 WHERE id = 4", "DELETE FROM asset WHERE id = 2")
    assert state(place, DAY, NOW).usage == (Usage("intune", TENANT, 2, {"updated": 7}),)
    assert state(place, 3600, NOW).usage == (Usage("intune", TENANT, 1, {}),)


def test_a_first_import_is_measured_by_the_fleet_that_it_made(place: Where) -> None:
    """Before it nothing was bound, and half of nothing would allow nothing for a whole window."""
    empty_store(place)
    summary = ConnectionSummary(name="intune", tenant_id=TENANT, enabled=True, first_import=True, read_at=READ)
    apply(place, replace(FIRST_PLAN, connections=(summary,)))
    assert state(place, DAY, READ).usage == (Usage("intune", TENANT, 2, {}),)


def test_pins_are_part_of_the_state(place: Where) -> None:
    """What people pinned is known by asset and field."""
    first_store(place)
    pins = (
        "INSERT INTO pin (asset_id, field, reason, pinned_at) VALUES (1, 'name', 'stays', 'x'), (1, 'imei', 'so', 'x')"
    )
    execute(place, pins)
    assert state(place).pins == {1: {"name": "stays", "imei": "so"}}


def test_nothing_is_kept_of_an_apply_that_fails(place: Where) -> None:
    """Whatever is raised inside, every row is as before, and the lease is free (A3)."""
    first_store(place)
    before = dump(place)
    update = plan(changed("AST-000001", name=("LT-1", "LT-9")), made("status/Lost"), read_at=NEXT_READ)
    with open_store(url(place), write=True) as store:
        with suppress(KeyboardInterrupt), store.apply(owner="ann", origin=ORIGIN) as transaction:
            transaction.write(update, {}, {}, "s2", kind="production")
            assert transaction.state(DAY, NOW).assets[0].values[0] == "LT-9"
            raise KeyboardInterrupt
        assert store.status().lease is None
    assert dump(place) == before


def test_an_outcome_is_had_only_after_writing(place: Where) -> None:
    """A transaction that wrote nothing has no outcome to show."""
    empty_store(place)
    with (
        open_store(url(place), write=True) as store,
        store.apply(owner="x", origin=ORIGIN) as transaction,
        pytest.raises(StoreError, match="Nothing was written"),
    ):
        _ = transaction.outcome


@pytest.mark.parametrize(
    ("event", "table", "meddling", "told"),
    [
        ("UPDATE OF name", "asset", "UPDATE asset SET name = 'Other' WHERE id = new.id", "AST-000001: name is"),
        ("UPDATE OF custom", "asset", "UPDATE asset SET custom = '{}' WHERE id = new.id", "department is"),
        ("UPDATE OF site_id", "asset", "UPDATE asset SET site_id = NULL WHERE id = new.id", "site is empty"),
        ("UPDATE", "binding", "UPDATE binding SET missing_reads = 7 WHERE id = new.id", "missing_reads is 7"),
        ("INSERT", "asset", "DELETE FROM binding; DELETE FROM asset WHERE id = new.id", "is gone"),
        ("INSERT", "binding", "DELETE FROM binding WHERE id = new.id", "asset is empty, not \"AST-000003\""),
        ("UPDATE", "person", "UPDATE person SET mail = NULL WHERE id = new.id", "mail is empty"),
        ("INSERT", "status", "DELETE FROM status WHERE id = new.id", "the entry is empty, not \"status/Lost\""),
    ],
)  # fmt: skip
def test_a_row_that_is_not_as_planned_rolls_everything_back(
    event: str, table: str, meddling: str, told: str, place: Where
) -> None:
    """Something in the database that alters what is written is found before COMMIT (A4)."""
    first_store(place)
    meddle(place, event, table, meddling)
    before = dump(place)
    change = plan(
        changed(
            "AST-000001",
            name=("LT-1", "LT-9"),
            site=("Contoso/Leeds", "Contoso/Head Office"),
            custom__department=("Sales", "Legal"),
        ),
        new_asset("AST-000003", "d3", name="LT-3"),
        Change(
            subject=Subject.USER,
            action=Action.UPDATE,
            name="bob@contoso.com",
            label="Bob",
            attributes=(attribute("mail", "bob@contoso.com"),),
        ),
        made("status/Lost"),
        bindings=(bound("AST-000003", life("d3")), bound("AST-000002", GONE, life("d2"))),
    )
    with pytest.raises(ReconcilerError) as caught:
        apply(place, change)
    assert told in str(caught.value)
    assert dump(place) == before


def test_the_read_back_calls_it_our_defect(place: Where) -> None:
    """What was written and is not there is told as what it is."""
    first_store(place)
    meddle(place, "UPDATE OF name", "asset", "UPDATE asset SET name = 'X' WHERE id = new.id")
    with pytest.raises(ReadBackError) as caught:
        apply(place, plan(changed("AST-000001", name=("LT-1", "LT-9"))))
    assert str(caught.value) == (
        'What was written is not what was planned, so nothing was kept: AST-000001: name is "X", not "LT-9". This is a '
        "defect of this program, unless a trigger in the database changes what is written; please report it."
    )


CHECK_FAILED = {
    True: 'new row for relation "asset" violates check constraint "ck_asset_imei"',
    False: "CHECK constraint failed: ck_asset_imei",
}


def test_what_the_database_refuses_is_told_in_words(place: Where) -> None:
    """A value that fits no column ends the apply with the constraint's name."""
    first_store(place)
    before = dump(place)
    with pytest.raises(StoreError) as caught:
        apply(place, plan(changed("AST-000001", imei=(None, "3" * 65))))
    assert str(caught.value) == (
        f"The store {place} refused what was to be written ({CHECK_FAILED[type(place) is Database]}); nothing was kept."
    )
    assert dump(place) == before


def test_another_instances_store_is_not_written(place: Where) -> None:
    """Even a caller that forgot to look is stopped by the stamp (E3)."""
    first_store(place)
    before = dump(place)
    with pytest.raises(StampError, match=r"belongs to the instance prod .* reconciler store adopt uat"):
        apply(place, plan(instance="uat"))
    assert dump(place) == before


def test_a_store_is_adopted_with_a_new_id(place: Where) -> None:
    """A UAT database restored from production becomes UAT's, and remembers whose it was (E3)."""
    first_store(place)
    old = state(place).stamp
    assert old is not None
    with open_store(url(place), write=True) as store:
        new = store.adopt("uat", "uat")
    assert (new.store_id != old.store_id, new) == (True, Stamp("uat", "uat", new.store_id, old.store_id))
    assert (state(place).stamp, state(place).highest_tag) == (new, 2)


def test_many_assets_are_written_and_found_in_pieces(place: Where) -> None:
    """More rows than one statement takes, created, then most of them changed, then a few."""
    empty_store(place)
    tags = [f"AST-{number:06d}" for number in range(6001)]
    apply(
        place,
        plan(
            *CATALOGUE,
            *PEOPLE,
            *(new_asset(tag, f"d-{tag}", name=tag, custom__department="A") for tag in tags),
            bindings=tuple(bound(tag, life(f"d-{tag}")) for tag in tags),
        ),
    )
    apply(place, plan(*(changed(tag, name=(tag, f"new {tag}")) for tag in tags[:4000])))
    apply(place, plan(*(changed(tag, custom__department=("A", "B")) for tag in tags[::3])))
    found = state(place)
    assert [(each.tag, each.values[0], each.values[-2]) for each in found.assets] == [
        (tag, f"new {tag}" if number < 4000 else tag, "B" if number % 3 == 0 else "A")
        for number, tag in enumerate(tags)
    ]
    assert len(found.bindings) == 6001


def test_other_programs_may_write_while_nobody_applies(place: Where) -> None:
    """An asset that a person made by hand is in the state, with no binding."""
    first_store(place)
    execute(place, "INSERT INTO asset (tag, name, created_at, updated_at) VALUES ('DESK-1', 'Desk', 'x', 'x')")
    assert state(place).assets[2] == asset(3, "DESK-1", None, None, None, None, name="Desk")


def test_nothing_is_seen_by_others_before_commit(place: Where) -> None:
    """A reader sees the store as it was until everything is committed."""
    first_store(place)
    before = state(place)
    with open_store(url(place), write=True) as store, store.apply(owner="ann", origin=ORIGIN) as transaction:
        transaction.write(plan(changed("AST-000001", name=("LT-1", "LT-9"))), {}, {}, "s1", kind="production")
        assert state(place) == before
        assert transaction.revision() != before.revision
    assert state(place).assets[0].values[0] == "LT-9"
