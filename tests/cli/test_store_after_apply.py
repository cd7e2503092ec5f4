"""Plan, apply, plan again; the next day the same: the store holds what the plans said, value by value."""

from collections import Counter
from typing import Any

import msgspec
from command_line import CommandLine, everything, rows, write

from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.simulator.tenant.tenant import Tenant

Values = dict[str, dict[str, Any]]

_ASSETS = """
    SELECT asset.*, asset_type.name AS type, organisation.name || '/' || site.name AS site, status.name AS status,
           person.upn AS user
    FROM asset LEFT JOIN asset_type ON asset_type.id = type_id LEFT JOIN site ON site.id = asset.site_id
    LEFT JOIN organisation ON organisation.id = organisation_id LEFT JOIN status ON status.id = status_id
    LEFT JOIN person ON person.id = person_id"""
_BINDINGS = """
    SELECT device_id, source, tenant_id, asset.tag, presence, bound_at, missing_since, missing_reads, unlisted_reads,
           inactive_since, status_before, status_set
    FROM binding JOIN asset ON asset.id = asset_id"""
_SOFTWARE = """
    SELECT tag, 'software: ' || software.name AS name, asset_software.version
    FROM asset_software JOIN asset ON asset.id = asset_id JOIN software ON software.id = software_id
    ORDER BY tag, name, asset_software.version"""
_CHANGES = "SELECT * FROM run_change WHERE run_id = (SELECT max(id) FROM run) ORDER BY id"
_REASONS = "SELECT * FROM run_reason WHERE run_id = (SELECT max(id) FROM run)"
_COLUMNS = {name: field.column for name, field in BUILT_IN_FIELDS.items() if field.column}


class Told:
    """What a store holds if plans told the truth: their changes, one plan after the other."""

    def __init__(self) -> None:
        self.assets: Values = {}
        self.bindings: Values = {}

    def follow(self, plan: dict[str, Any]) -> None:
        for change in plan["changes"]:
            if change["subject"] == "asset":
                values = self.assets.setdefault(change["name"], {})
                for attribute in change["attributes"]:
                    assert attribute["name"] == "device" or values.get(attribute["name"]) == attribute["before"]
                    values[attribute["name"]] = attribute["after"]
                values.pop("device", None)
        for change in plan["bindings"]:
            if change.get("before"):
                del self.bindings[change["before"]["deviceId"]]
            tie = {"source": change["source"], "tenant_id": change["tenantId"], "tag": change["asset"]}
            life = {_snake(name): value for name, value in change["after"].items()}
            self.bindings[life["device_id"]] = {"missing_reads": 0, "unlisted_reads": 0, **tie, **life}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def stored_assets(cli: CommandLine) -> Values:
    found = {}
    for row in rows(cli.store, _ASSETS):
        custom = {f"custom.{name}": value for name, value in msgspec.json.decode(row["custom"]).items()}
        fields = {name: row[column] for name, column in _COLUMNS.items()}
        found[row["tag"]] = _known(
            {**fields, **custom, **{name: row[name] for name in ("type", "site", "status", "user")}}
        )
    for row in rows(cli.store, _SOFTWARE):
        versions = found[row["tag"]].get(row["name"])
        found[row["tag"]][row["name"]] = row["version"] if versions is None else f"{versions}\n{row['version']}"
    return found


def stored_bindings(cli: CommandLine) -> Values:
    return {row["device_id"]: _known(row) for row in rows(cli.store, _BINDINGS)}


def journal(cli: CommandLine) -> list[dict[str, Any]]:
    """Return the changes of the last run as its plan wrote them."""
    reasons = {row["number"]: {"reason": row["reason"], "rule": row["rule"]} for row in rows(cli.store, _REASONS)}
    return [
        {
            **{name: row[name] for name in ("subject", "action", "name", "label", "connection")},
            "deviceId": row["device_id"],
            "kinds": msgspec.json.decode(row["kinds"]),
            "attributes": [
                {"name": name, "before": before, "after": after, **reasons[number]}
                for name, before, after, number in msgspec.json.decode(row["attributes"])
            ],
        }
        for row in rows(cli.store, _CHANGES)
    ]


def planned(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a plan's changes with every key, without what only an apply needs; a user's Entra id is in one column."""
    found = []
    for each in plan["changes"]:
        told = {key: value for key, value in each.items() if key not in ("match", "entraId")}
        found.append({"kinds": [], "connection": None, "deviceId": each.get("entraId"), **told})
    return found


def test_the_store_holds_what_each_plan_said(cli: CommandLine, tenant: Tenant) -> None:
    """A first import, nothing, and a day in which everything happens: assets, bindings and journal are the plans'."""
    told = Told()
    for day in (1, 2):
        plan = cli.plan()
        assert cli.apply().code == 0
        told.follow(_as_read(plan, cli))
        assert stored_assets(cli) == {tag: _known(values) for tag, values in told.assets.items()}, f"day {day}"
        assert stored_bindings(cli) == told.bindings
        assert journal(cli) == planned(plan)
        assert cli.run("plan", "prod", "--detailed-exitcode").out.endswith("No changes. The store matches Intune.\n")
        tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=2, reassigned=2, unassigned=2)


def _as_read(plan: dict[str, Any], cli: CommandLine) -> dict[str, Any]:
    """Return the plan as of the read that was applied, which came after the one that was shown."""
    (read,) = rows(cli.store, "SELECT read_at FROM connection_read")
    text = msgspec.json.encode(plan).decode().replace(plan["reads"][0]["readAt"], read["read_at"])
    decoded: dict[str, Any] = msgspec.json.decode(text)
    return decoded


def test_each_event_of_a_day_is_its_kind_of_change(cli: CommandLine, tenant: Tenant) -> None:
    """New, gone, re-enrolled and unassigned devices are told as such, and the run's counts are the plan's."""
    cli.apply()
    day = tenant.next_day(new=2, gone=2, renamed=2, re_enrolled=2, reassigned=2, unassigned=2)
    plan = cli.plan()
    kinds = Counter(kind for each in plan["changes"] for kind in each.get("kinds") or [f"{each['subject']}-update"])
    assert {kind: kinds[kind] for kind in ("deletedInIntune", "rebound", "unlinked")} == {
        "deletedInIntune": len(day.gone),
        "rebound": len(day.re_enrolled),
        "unlinked": len(day.unassigned),
    }
    cli.apply()
    (run,) = rows(cli.store, "SELECT counts FROM run WHERE id = (SELECT max(id) FROM run)")
    assert msgspec.json.decode(run["counts"]) == kinds


def test_applying_again_writes_a_run_and_no_asset(cli: CommandLine) -> None:
    """An apply that changes nothing keeps its run and its read, and touches no asset and no binding."""
    cli.apply()
    assets, bindings = rows(cli.store, "SELECT * FROM asset"), rows(cli.store, "SELECT * FROM binding")
    done = cli.apply()
    assert done.code == 0
    assert "nothing to change" in done.out
    assert rows(cli.store, "SELECT * FROM asset") == assets
    assert rows(cli.store, "SELECT * FROM binding") == bindings
    assert [run["counts"] for run in rows(cli.store, "SELECT counts FROM run ORDER BY id")][1:] == ["{}"]


def test_a_binding_without_its_asset_stops_an_apply_which_names_the_check_that_finds_it(cli: CommandLine) -> None:
    """Something that does not look at references took the asset's row away; nothing is written."""
    assert cli.apply().code == 0
    [asset, *_] = rows(cli.store, "SELECT asset.id AS id FROM asset JOIN binding ON asset_id = asset.id")
    write(cli.store, "DELETE FROM asset WHERE id = ?", asset["id"])
    before = everything(cli.store)
    done = cli.apply()
    assert done.code == 1
    assert done.err.splitlines()[-1] == (
        f"In the store {cli.store} a row is in the way of what was to be written (UNIQUE constraint failed: "
        "binding.source, binding.tenant_id, binding.device_id); nothing was kept. It is one that no plan knows of, a "
        "binding without its asset for example: `reconciler store check prod` finds it."
    )
    assert everything(cli.store) == before
    assert "of binding refers to a row of asset that is not there" in cli.run("store", "check", "prod").out
