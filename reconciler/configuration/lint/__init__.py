"""What is allowed and probably not meant: warnings about settings that are right in themselves (K2)."""

from collections.abc import Iterator

from reconciler.configuration.lint import creation, limits, rules, scheduling, unused
from reconciler.configuration.parsing.problems import SettingsProblem
from reconciler.configuration.references import Parts

__all__ = ["suspicious"]


def suspicious(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield what should be looked at."""
    yield from limits.raised(parts)
    yield from unused.unused(parts)
    for connection in parts.connections():
        yield from rules.unreachable(parts, connection)
        yield from creation.read_once(parts, connection)
        yield from scheduling.left_out(parts, connection)
