"""The asset types that fields name and nobody declared (T2)."""

from collections.abc import Iterable

from reconciler.model.plan import Action, Attribute, Change, Kind, Subject
from reconciler.model.state import StoredCatalogue
from reconciler.settings.environment import Environment


def new_types(environment: Environment, stored: StoredCatalogue, changes: Iterable[Change]) -> list[Change]:
    """Return a change for each type that these changes of assets name and neither the store nor the catalogue has."""
    known = stored.types.keys() | environment.catalogue.types().keys()
    made: dict[str, Change] = {}
    for change in changes:
        for each in change.attributes:
            name = str(each.after)
            if each.name == "type" and each.rule == "T2" and name not in known and name not in made:
                made[name] = _new_type(environment, name, change.connection or "")
    return [made[name] for name in sorted(made)]


def _new_type(environment: Environment, name: str, connection: str) -> Change:
    group = environment.connections[connection].asset_types.new_types_group
    reason = "a field names it and the store has no such type"
    return Change(
        subject=Subject.CATALOGUE,
        action=Action.CREATE,
        name=f"type/{name}",
        label=name,
        attributes=(Attribute.of("group", None, group, reason, "T2"),),
        kinds=(Kind.NEW_TYPES,),
        connection=connection,
    )
