"""The stores that the demo can tell its story on: our own database, or a simulated Halo or Snipe-IT beside a ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from reconciler.configuration.loader import load_environment
from reconciler.configuration.template import examples
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields
from reconciler.settings.stores import SNIPE_IT_FIELDS
from reconciler.simulator.halo import Halo, HaloServer
from reconciler.simulator.snipeit import SnipeIt, SnipeItServer
from reconciler.simulator.stores.faults import Fault, FaultName


class StoreKind(StrEnum):
    """Where the demo's assets are kept."""

    SQL = "sql"
    HALO = "halo"
    SNIPE_IT = "snipe-it"


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class DemoStore:
    """One store of the story: its lines of instance.yaml and imports.yaml, and what is special about it.

    `about` is said first, `first` are commands to run before the first plan,
    `allow` what it needs where the store is not empty. `spoil` takes the right to write away in
    the middle of an apply and loses an answer before that, `mend` gives it back; `audit` says what was written.
    """

    instance: str
    imports: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    about: str = ""
    first: tuple[tuple[str, ...], ...] = ()
    allow: tuple[str, ...] = ()
    spoil: Callable[[], None] | None = None
    mend: Callable[[], None] = _nothing
    audit: Callable[[], str] | None = None


@contextmanager
def demo_store(kind: StoreKind, folder: Path, ca_file: Path) -> Iterator[DemoStore]:
    """Give a store in a folder; a simulated one adds its certificate to the file."""
    database = f"sqlite:///{folder / 'prod.db'}"
    match kind:
        case StoreKind.SQL:
            yield DemoStore(f"store:\n  url: {database}\n")
        case StoreKind.HALO:
            with HaloServer(_furnished(_example()), ca_file=ca_file, per_window=1_000_000) as server:
                yield _halo(server, database)
        case StoreKind.SNIPE_IT:
            made = _snipe_it_of(_example())
            with SnipeItServer(made, ca_file=ca_file, per_minute=1_000_000) as snipe_it:
                yield _snipe_it(snipe_it, database)


def _example() -> Environment:
    return load_environment(examples(), "prod", with_commit=False).settled()


def _kept(environment: Environment) -> dict[str, str]:
    """Return each field that is mapped, by the name that people would see in Halo."""
    fields = asset_fields(environment.catalogue)
    mapped = [each.to for connection in environment.connections.values() for each in connection.field_mappings.mappings]
    return {name: fields[name].label for name in dict.fromkeys(mapped)}


def _furnished(environment: Environment) -> Halo:
    """Return a Halo with everything that the example's settings name, and no asset yet."""
    catalogue, kept = environment.catalogue, _kept(environment)
    (organisation, *_) = catalogue.organisations
    made = Halo.furnished(
        client=organisation.name,
        sites=organisation.sites,
        groups={group.name: group.types for group in catalogue.asset_groups},
        statuses=catalogue.statuses,
        fields=[label for name, label in kept.items() if not name.startswith("custom.")],
        custom_fields=[label for name, label in kept.items() if name.startswith("custom.")],
    )
    made.add_user("Service Desk", "servicedesk@contoso.example", site=organisation.sites[0])
    return made


def _halo(server: HaloServer, ledger: str) -> DemoStore:
    """Return what the demo needs to keep assets in a pretend Halo, the faults and the audit included."""
    fields = "".join(f"    {ours}: {theirs}\n" for ours, theirs in _kept(_example()).items())
    account = f"clientId: {server.data.options.client_id}, secret: {{env: HALO_SECRET}}"

    def spoil() -> None:
        server.inject(Fault(FaultName.LOST_REPLY, on="POST /api/Asset$"))
        server.inject(Fault(FaultName.FORBIDDEN, on="POST /api/Asset$", times=None, after=3))

    def audit() -> str:
        writes = server.audit.writes("assets")
        twice = server.audit.created_twice("assets", "inventory_number")
        made = sum(1 for each in writes if each.before is None) - 1
        return f"Halo's audit has {len(writes):,} writes: {made:,} assets made, {len(twice)} of them twice."

    return DemoStore(
        f"store:\n  url: null\n  requestsPerMinute: 10000\n  ledger: {{url: {ledger}}}\n"
        f"  halo: {{url: {server.url}, {account}}}\n  fields:\n{fields}",
        imports="software: {import: false}\n",
        variables=server.environment(),
        about=f"The assets are in a Halo, simulated at {server.url}; our ledger stands beside it.",
        first=(("store", "prove", "prod", "--yes"),),
        allow=("--allow", "usersCreated=100000"),  # it has a user already, so a first import is not exempt (R3)
        spoil=spoil,
        mend=server.faults.clear,
        audit=audit,
    )


def _snipe_it_of(environment: Environment) -> SnipeIt:
    """Return a Snipe-IT with everything that the example's settings name, and no asset yet."""
    catalogue = environment.catalogue
    (organisation, *_) = catalogue.organisations
    labels = [label for name, label in _kept(environment).items() if name not in SNIPE_IT_FIELDS]
    return SnipeIt.furnished(
        company=organisation.name, locations=organisation.sites, categories=catalogue.types(), fields=labels
    )


def _snipe_it(server: SnipeItServer, ledger: str) -> DemoStore:
    """Return what the demo needs to keep assets in a pretend Snipe-IT, the faults and the audit included."""
    kept = {ours: theirs for ours, theirs in _kept(_example()).items() if ours not in SNIPE_IT_FIELDS}
    fields = "".join(f"    {ours}: {theirs}\n" for ours, theirs in kept.items())

    def spoil() -> None:
        server.inject(Fault(FaultName.LOST_REPLY, on="(POST|PATCH) /api/v1/hardware"))
        server.inject(Fault(FaultName.FORBIDDEN, on="(POST|PATCH) /api/v1/hardware", times=None, after=3))

    def audit() -> str:
        writes = server.audit.writes("hardware")
        twice = server.audit.created_twice("hardware", "asset_tag")
        made = sum(1 for each in writes if each.before is None)
        return f"Snipe-IT's audit has {len(writes):,} writes: {made:,} assets made, {len(twice)} of them twice."

    return DemoStore(
        f"store:\n  url: null\n  requestsPerMinute: 10000\n  ledger: {{url: {ledger}}}\n"
        f"  snipeIt: {{url: {server.url}, token: {{env: SNIPEIT_TOKEN}}}}\n  fields:\n{fields}",
        variables=server.environment(),
        about=f"The assets are in a Snipe-IT, simulated at {server.url}; our ledger stands beside it.",
        spoil=spoil,
        mend=server.faults.clear,
        audit=audit,
    )
