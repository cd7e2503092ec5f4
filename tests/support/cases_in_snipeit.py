"""Golden cases in a pretend Snipe-IT: a case's state is put there, and read from there as a plan's reading."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from reconciler.model.ledger import RemoteIds
from reconciler.model.state import Asset, State
from reconciler.remote.budget import Budget, Pace
from reconciler.remote.room import Room
from reconciler.remote.transport import Transport
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields
from reconciler.settings.stores import SNIPE_IT_FIELDS
from reconciler.settings.stores import SnipeIt as SnipeItSettings
from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.snipeit.data import TABLES
from reconciler.simulator.stores.clock import Clock
from reconciler.snipeit import SnipeItRoom
from reconciler.snipeit.vocabulary import NO_MODEL

_ARCHIVED = ("Retired",)


@contextmanager
def serving() -> Iterator[SnipeItServer]:
    """Serve an empty Snipe-IT."""
    with SnipeItServer(SnipeIt(clock=Clock()), per_minute=1_000_000) as running:
        yield running


@contextmanager
def filled_room(server: SnipeItServer, environment: Environment, state: State) -> Iterator[tuple[Room, RemoteIds]]:
    """Put a state into the Snipe-IT; give a room at it, and the ids that a ledger would know."""
    kept, ids = _Filling(server.data, environment, state).filled()
    clock = server.data.clock
    transport = Transport(Budget(1_000_000, Pace(clock.monotonic, clock.wait, lambda: 0.0)), server.data.options.token)
    remote = SnipeItSettings.model_validate({"url": server.url, "token": {"env": "SNIPEIT_TOKEN"}})
    try:
        yield SnipeItRoom(server.url, transport, remote, environment.catalogue, kept), ids
    finally:
        transport.close()


class _Filling:
    """A Snipe-IT that is emptied, and gets everything that a state has."""

    def __init__(self, data: SnipeIt, environment: Environment, state: State) -> None:
        data.tables = {table: {} for table in TABLES}
        data._ids = {table: count(1) for table in TABLES}
        self.data, self.state = data, state
        self.labels = {
            name: each.label
            for name, each in asset_fields(environment.catalogue).items()
            if name not in SNIPE_IT_FIELDS and _is_there(name, state)
        }
        self.models: dict[tuple[Any, ...], int] = {}

    def filled(self) -> tuple[dict[str, str], RemoteIds]:
        """Fill it; return what the custom fields are called there, and its ids."""
        data, known = self.data, self.state.catalogue
        self.companies = {name: data.add("companies", name=name) for name in known.organisations}
        places = dict.fromkeys(site.partition("/")[2] for site in known.sites)
        self.locations = {name: data.add("locations", name=name) for name in places}
        for name in known.statuses:
            data.add("statuslabels", name=name, type="archived" if name in _ARCHIVED else "deployable")
        for name in known.types:
            data.add("categories", name=name, category_type="asset")
        fields = {name: data.add_field(label) for name, label in self.labels.items()}
        self.columns = {name: data.tables["fields"][id_]["db_column"] for name, id_ in fields.items()}
        self.fieldset = data.add("fieldsets", name="Intune", field_ids=list(fields.values()))
        people = {
            each.id: data.add_user(
                each.upn or "",
                name=each.name,
                email=each.mail,
                employee_num=each.employee_id,
                **self._place(each.site, "location_id"),
            )
            for each in self.state.people
        }
        assets = {each.id: self._asset(each, people) for each in self.state.assets}
        ids = {kind: {key: str(id_) for key, id_ in made.items()} for kind, made in (("a", assets), ("p", people))}
        return self.labels, RemoteIds(assets=ids["a"], people=ids["p"])

    def _asset(self, asset: Asset, people: dict[int, int]) -> int:
        values = dict(zip(self.state.fields, asset.values, strict=True))
        custom = {
            column: str(int(value) if isinstance(value, bool) else value)
            for name, column in self.columns.items()
            if (value := values.get(name)) is not None
        }
        return self.data.add(
            "hardware",
            asset_tag=asset.tag,
            name=values.get("name"),
            serial=values.get("serialNumber"),
            model_id=self._model(asset.type, values.get("manufacturer"), values.get("model")),
            status_id=self.data.named("statuslabels", asset.status) if asset.status else None,
            assigned_to=people[asset.user] if asset.user else None,
            **self._place(asset.site, "rtd_location_id"),
            **custom,
        )

    def _place(self, site: str | None, member: str) -> dict[str, int | None]:
        company, _, place = (site or "").partition("/")
        return {"company_id": self.companies.get(company), member: self.locations.get(place)}

    def _model(self, type_: str | None, manufacturer: Any, model: Any) -> int:
        """Return the model of a type, manufacturer and name, made when it is asked for first."""
        key = (type_, manufacturer, model)
        if key not in self.models:
            makers = self.data.find("manufacturers", name=manufacturer)
            maker = makers[0]["id"] if makers else manufacturer and self.data.add("manufacturers", name=manufacturer)
            self.models[key] = self.data.add(
                "models",
                name=model or f"{type_} {NO_MODEL}",
                category_id=self.data.named("categories", type_) if type_ else None,
                manufacturer_id=maker,
                fieldset_id=self.fieldset,
            )
        return self.models[key]


def _is_there(name: str, state: State) -> bool:
    return not name.startswith("custom.") or name.removeprefix("custom.") in state.catalogue.custom_fields
