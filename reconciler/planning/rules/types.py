"""How an asset's type is decided (T1-T3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.rules.columns import DeviceColumns, map_distinct
from reconciler.planning.rules.criteria import Answer, compile_criterion
from reconciler.planning.rules.mapping import Places
from reconciler.planning.rules.values import as_text
from reconciler.settings.base import LONGEST_NAME
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine, TypeField, TypeRule

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class TypeDecision:
    """The type's name and why; `name` is None for a problem, or, when `unknown`, where a rule's value is."""

    name: str | None
    reason: str
    rule: str
    unknown: bool = False


Decide = Callable[[DeviceColumns], list[TypeDecision]]


def compile_types(settings: AssetTypesFile, places: Places) -> Decide:
    """Return the decisions as a function of devices."""
    default = settings.default
    if settings.determine is Determine.SAME:
        same = TypeDecision(default, "every asset has this type", "T1")
        return lambda table: [same] * table.count
    if settings.determine is Determine.FIELD and settings.field is not None:
        return _named_by(settings.field, default, places)
    return _by_rules(settings.rules, default, places)


def _by_rules(rules: Sequence[TypeRule], default: str | None, places: Places) -> Decide:
    """Return the decision by the first rule that matches; one that reads an unknown value ends the search (T3)."""
    tests = [(compile_criterion(rule.when, places), _outcomes(rule)) for rule in rules]
    reason = "no rule matched: the default" if default else "no rule matched and there is no default"
    otherwise = TypeDecision(default, reason, "T3")

    def decide(table: DeviceColumns) -> list[TypeDecision]:
        decisions = [otherwise] * table.count
        for test, outcomes in reversed(tests):
            answers = test(table)
            decided = zip(answers, decisions, strict=True)
            decisions = [so_far if each is False else outcomes[each] for each, so_far in decided]
        return decisions

    return decide


def _outcomes(rule: TypeRule) -> dict[Answer, TypeDecision]:
    unknown = TypeDecision(None, f"rule “{rule.name}” reads a value that is unknown", "T3", unknown=True)
    return {True: TypeDecision(rule.type, f"rule “{rule.name}” matched", "T3"), None: unknown}


def _named_by(field: TypeField, default: str | None, places: Places) -> Decide:
    """Return the decision by a field whose value is the type's name, compared exactly (T2)."""
    source = field.property or field.field or ""
    index = places.property_at(source) if field.property is not None else places.field_at(source)
    unknown = TypeDecision(None, f"{source} is unknown", "T2", unknown=True)
    reason = f"{source} is empty: the default" if default else f"{source} is empty and there is no default"
    otherwise = TypeDecision(default, reason, "T2")

    def decide(value: Any) -> TypeDecision:
        if value is UNKNOWN:
            return unknown
        name = as_text(value)
        if not name:
            return otherwise
        if not _is_name(name):
            return TypeDecision(None, f"“{name[:_SHOWN]}” from {source} cannot name a type", "T2")
        return TypeDecision(name, f"{source} names it", "T2")

    def decide_all(table: DeviceColumns) -> list[TypeDecision]:
        if index is None:
            return [unknown] * table.count
        return list(map_distinct(decide, (table.properties if field.property is not None else table.fields)[index]))

    return decide_all


def _is_name(text: str) -> bool:
    """Return whether a catalogue entry may have this name: no slash, no space at either end, not too long."""
    return text == text.strip() and "/" not in text and len(text) <= LONGEST_NAME and text.isprintable()
