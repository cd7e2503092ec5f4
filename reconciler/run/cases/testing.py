"""The cases of `tests.yaml`: run on the settings with no network and no store; plan and apply insist on them (K5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.errors import SettingsError
from reconciler.model.snapshot import Scalar
from reconciler.planning.rules.values import as_text, fit
from reconciler.run.cases.case_runner import Device, Trial, try_device
from reconciler.settings.cases import Case, Expectation
from reconciler.settings.environment import Connection, Environment
from reconciler.settings.fields import AssetField, asset_fields

_ATTRIBUTES = ("type", "site", "status", "user")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Miss:
    """What is not as a case expects: the attribute, both values as text, and what decided."""

    what: str
    expected: str
    got: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case of a connection, and what is not as it expects; nothing when it passes."""

    connection: str
    case: str
    misses: tuple[Miss, ...]


def run_cases(environment: Environment) -> tuple[Verdict, ...]:
    """Return the verdict on every case, by connection and in the order of their file."""
    fields = asset_fields(environment.catalogue)
    return tuple(
        Verdict(name, case.name, tuple(_misses(case, try_device(environment, connection, _device(case)), fields)))
        for name, connection in sorted(environment.connections.items())
        for case in _cases(connection)
    )


def check_cases(environment: Environment, *, disabled_too: bool = False) -> None:
    """Refuse settings that do not do what their own cases expect, in the connections that are enabled here (K5).

    With `disabled_too`, in those that are off here as well.

    Raises:
        SettingsError: names the first of the cases that fail.
    """
    failed = [
        each
        for each in run_cases(environment)
        if each.misses and (disabled_too or _is_enabled(environment, each.connection))
    ]
    if not failed:
        return
    told = "; ".join(f"“{each.case}” ({each.connection}): {_told(each.misses[0])}" for each in failed[:_SHOWN])
    more = f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    cases = "1 case fails" if len(failed) == 1 else f"{len(failed)} cases fail"
    raise SettingsError(
        f"The settings do not do what their tests.yaml expects: {cases}, so nothing was done. {told}{more}. "
        f"Correct the settings or the case; to see all of it, run: reconciler test {environment.instance.name}"
    )


def _is_enabled(environment: Environment, name: str) -> bool:
    return environment.enabled(environment.connections[name])


def _cases(connection: Connection) -> list[Case]:
    return connection.tests.cases if connection.tests else []


def _device(case: Case) -> Device:
    return Device(case.device, case.user, case.read_at)


def _told(miss: Miss) -> str:
    because = f" ({miss.because})" if miss.because else ""
    return f"{miss.what} is {miss.got} instead of {miss.expected}{because}"


def _misses(case: Case, trial: Trial, fields: dict[str, AssetField]) -> Iterator[Miss]:
    """Yield each expectation that a case's device does not fulfil."""
    expected = case.expect
    if expected.excluded and trial.excluded is None:
        yield Miss("device", "left out", "in scope")
    if expected.problem is not None and not any(
        expected.problem.casefold() in each.casefold() for each in _told_of(trial)
    ):
        yield Miss("problem", expected.problem, "; ".join(_told_of(trial)) or "none")
    for name in _ATTRIBUTES:
        if name in expected.model_fields_set:
            yield from _attribute(name, _wanted(expected, name), trial)
    for name, value in expected.fields.items():
        yield from _field(fields[name], value, trial)


def _told_of(trial: Trial) -> tuple[str, ...]:
    return trial.problems + trial.unknown


def _wanted(expected: Expectation, name: str) -> str | None:
    value: str | None = getattr(expected, name)
    return value


def _attribute(name: str, wanted: str | None, trial: Trial) -> Iterator[Miss]:
    found = trial.attributes.get(name)
    got = found.after if found else None
    if trial.no_asset is None and (got == wanted or (name == "user" and _is_user(wanted, got, trial))):
        return
    yield _miss(name, wanted, trial)


def _is_user(wanted: str | None, got: Scalar, trial: Trial) -> bool:
    return wanted is not None and got is not None and wanted.casefold() in trial.user_names


def _field(field: AssetField, wanted: Scalar, trial: Trial) -> Iterator[Miss]:
    found = trial.attributes.get(field.name)
    try:
        value = fit(field, wanted)
    except ValueError:
        value = wanted
    if trial.no_asset is not None or value != (found.after if found else None):
        yield _miss(field.name, wanted, trial)


def _miss(name: str, wanted: Scalar, trial: Trial) -> Miss:
    if trial.no_asset is not None:
        return Miss(name, shown(wanted), "no asset", trial.no_asset)
    found = trial.attributes.get(name)
    if found is not None:
        return Miss(name, shown(wanted), shown(found.after), f"{found.reason} ({found.rule})")
    about = [each for each in _told_of(trial) if each.startswith(f"{name}:") or name == "user"]
    return Miss(name, shown(wanted), "nothing", "; ".join(about))


def shown(value: Scalar) -> str:
    """Return a value as people write it."""
    return "nothing" if value is None else as_text(value) or '""'
