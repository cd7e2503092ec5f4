"""A production instance whose limits let half of a connection's assets change (R1)."""

from collections.abc import Iterator

from reconciler.configuration.parsing.problems import SettingsProblem, Severity
from reconciler.configuration.references import Parts
from reconciler.settings.instance import InstanceFile, InstanceKind, Limit, Limits

_HALF = 50


def raised(parts: Parts) -> Iterator[SettingsProblem]:
    """Yield each limit of a production instance that is above half, and above its default."""
    found = parts.whole("instance.yaml", InstanceFile)
    if found is None or found[1].kind is not InstanceKind.PRODUCTION:
        return
    document, instance = found
    usual = Limits()
    for attribute, setting in Limits.model_fields.items():
        limit, default = getattr(instance.limits, attribute), getattr(usual, attribute)
        if isinstance(limit, Limit) and limit.percent > max(_HALF, default.percent):
            name = setting.alias or attribute
            yield document.problem(
                ("limits", name, "percent"),
                f"`{name}` lets half of a production connection's assets change in one run",
                expected=f"at most {max(_HALF, default.percent):g}; {default.percent:g} is usual",
                hint=f"One run is let through with `apply --allow {name}=NUMBER --because TEXT`.",
                rule="R1",
                severity=Severity.WARNING,
            )
