"""How an asset's type is decided (T1, T3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.planning.criteria import compile_criterion
from reconciler.planning.mapping import Places
from reconciler.settings.asset_types import AssetTypesFile, Determine


@dataclass(frozen=True, slots=True)
class TypeDecision:
    """The type's name and why; `name` is None for a problem, or, when `unknown`, where a rule's value is."""

    name: str | None
    reason: str
    rule: str
    unknown: bool = False


Decide = Callable[[Sequence[Any], Sequence[Any]], TypeDecision]


def compile_types(settings: AssetTypesFile, places: Places) -> Decide:
    """Return the decision as a function of a device's row and mapped values."""
    default = settings.default
    if settings.determine is Determine.SAME:
        same = TypeDecision(default, "every asset has this type", "T1")
        return lambda row, values: same
    tests = [
        (compile_criterion(rule.when, places), TypeDecision(rule.type, f"rule “{rule.name}” matched", "T3"))
        for rule in settings.rules
    ]
    names = [rule.name for rule in settings.rules]
    reason = "no rule matched: the default" if default else "no rule matched and there is no default"
    otherwise = TypeDecision(default, reason, "T3")

    def decide(row: Sequence[Any], values: Sequence[Any]) -> TypeDecision:
        for index, (test, decision) in enumerate(tests):
            answer = test(row, values)
            if answer:
                return decision
            if answer is None:
                return TypeDecision(None, f"rule “{names[index]}” reads a value that is unknown", "T3", unknown=True)
        return otherwise

    return decide
