"""Asset-type rules that decide nothing: earlier rules take every device, or no device can match (T3).

1. A rule is tried only while every earlier one answered no. It is never reached when each of its alternatives implies
   an alternative of an earlier rule: the same comparison, `equals` or `in` of some of the same values, `contains`,
   `startsWith` or `endsWith` of a longer text, a narrower bound, more comparisons that must hold together.
2. It can match no device when each of its alternatives contradicts itself: a value that is two texts, or empty and not.
3. Nothing is said unless it is certain; patterns are only compared with the same pattern.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from reconciler.configuration.lint.coverage import Coverage, is_impossible
from reconciler.configuration.lint.disjuncts import Alternative, TooManyError, alternatives
from reconciler.configuration.parsing.document import Document
from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import Parts
from reconciler.settings.mappings.asset_types import AssetTypesFile, Determine, TypeRule

_MOST: Final = 100_000
"""Alternatives in one file; what comes after so many is not looked at."""


def unreachable(parts: Parts, connection: str) -> Iterator[SettingsProblem]:
    """Yield a warning for each rule that decides nothing, naming the rules that swallow it."""
    found = parts.of_connection(connection, "asset-types.yaml", AssetTypesFile)
    if found is None or found[1].determine is not Determine.RULES:
        return
    document, file = found
    known = _alternatives(file.rules)
    coverage = Coverage(Counter(literal for several in known.values() for one in several for literal in one))
    for number, several in known.items():
        possible = [alternative for alternative in several if not is_impossible(alternative)]
        if not possible:
            yield _impossible(document, number, file.rules[number])
            continue
        covering = [coverage.cover(alternative) for alternative in possible]
        if None in covering:
            coverage.add(number, possible)
        else:
            yield _swallowed(document, file.rules, number, sorted({rule for rule in covering if rule is not None}))


def _alternatives(rules: list[TypeRule]) -> dict[int, list[Alternative]]:
    """Return the alternatives of each rule, by its number; a rule with too many of them is left out."""
    known: dict[int, list[Alternative]] = {}
    total = 0
    for number, rule in enumerate(rules):
        try:
            known[number] = alternatives(rule.when)
        except TooManyError:
            continue
        total += len(known[number])
        if total > _MOST:
            break
    return known


def _impossible(document: Document, number: int, rule: TypeRule) -> SettingsProblem:
    return document.problem(
        ("rules", number, "name"),
        f"the rule `{rule.name}` can match no device",
        hint="What its criterion asks for contradicts itself.",
        rule="T3",
        severity=Severity.WARNING,
    )


def _swallowed(document: Document, rules: list[TypeRule], number: int, by: list[int]) -> SettingsProblem:
    lines = [document.place(("rules", each, "name")).value.line + 1 for each in by]
    named = [f"`{rules[each].name}` (line {line})" for each, line in zip(by, lines, strict=True)]
    takes = "takes" if len(by) == 1 else "take"
    return document.problem(
        ("rules", number, "name"),
        f"the rule `{rules[number].name}` is never reached: {' and '.join(named)} {takes} every device that it would",
        hint="Put it before, or remove it.",
        rule="T3",
        severity=Severity.WARNING,
    )
