"""`reconciler store pin`, `unpin` and `pins`: fields of assets that nothing but people write (F3)."""

from typing import Annotated

import typer

from reconciler.cli.context import at_store, surroundings
from reconciler.cli.options import Env
from reconciler.cli.pipeline import who
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, UsageError
from reconciler.explain.search import find_assets, near_names
from reconciler.model.state import State
from reconciler.planning.asset_values import REFERENCES
from reconciler.report.text.pins import pins_text
from reconciler.report.values import moment
from reconciler.run import stores
from reconciler.run.context import AtStore, Surroundings
from reconciler.run.plans.reading import read_state
from reconciler.run.stamps import refuse_foreign
from reconciler.settings.environment import Environment
from reconciler.settings.fields import asset_fields

Asset = Annotated[str, typer.Argument(metavar="ASSET", help="Its tag; or its device id, serial number or name.")]
Field = Annotated[
    str, typer.Argument(metavar="FIELD", help="A field, `custom.<name>`, type, site, status, user, software.")
]


def pin(
    context: typer.Context,
    env: Env,
    asset: Asset,
    field: Field,
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; plans say it.")],
) -> int:
    """Pin FIELD of ASSET in ENV's store: no plan writes it any more, and plans say so (F3).

    A pin is no run: `store pins` lists who pinned what, when and why.
    """
    if not because.strip():
        raise UsageError("--because needs a reason: plans show it wherever the pin holds a value back.")
    with Talk() as talk:
        around = surroundings(context, env, talk)
    state = _state(around)
    tag = _tag(state, asset)
    _check_field(around.environment, state, field)
    with stores.open_for_writing(around) as store:
        before = store.pin(tag, field, because=because.strip(), who=who())
    say(f"{field} of {tag} {'was pinned already; its reason is the new one now' if before else 'is pinned'}.")
    return ExitCode.DONE


def unpin(context: typer.Context, env: Env, asset: Asset, field: Field) -> int:
    """Unpin FIELD of ASSET in ENV's store: the next plan may write it again."""
    at = at_store(context, env)
    tag = _tag(_state(at), asset)
    with stores.open_for_writing(at) as store:
        before = store.unpin(tag, field)
    say(f"{field} of {tag} is no longer pinned; it was since {moment(before.pinned_at)}: {before.reason}")
    return ExitCode.DONE


def pins(context: typer.Context, env: Env) -> int:
    """List the pinned fields of ENV's store: who pinned them, when, and why."""
    at = at_store(context, env)
    with Talk(), stores.open_store(at) as store:
        found = store.pins()
    printing.show(pins_text(found, width=printing.width()))
    return ExitCode.DONE


def _state(at: "AtStore | Surroundings") -> "State":

    state = read_state(at)
    refuse_foreign(state.stamp, at.instance)
    return state


def _tag(state: "State", what: str) -> str:
    """Return the tag of the one asset that is meant.

    Raises:
        UsageError: there is none, or there are several.
    """
    found = find_assets(state, what)
    if len(found) == 1:
        return found[0].tag
    if found:
        tags = ", ".join(asset.tag for asset in found[:5])
        raise UsageError(f"{len(found)} assets are called {what!r} ({tags}). Name one by its tag. Nothing was changed.")
    near = near_names(state, (), what)
    hint = f" Did you mean {near}?" if near else ""
    raise UsageError(f"The store has no asset with the tag, serial number, name or device {what!r}.{hint}")


def _check_field(environment: "Environment", state: "State", field: str) -> None:
    from reconciler.planning.nearest import did_you_mean  # noqa: PLC0415 - only where it is used

    known = [*REFERENCES, "software", *asset_fields(environment.catalogue), *state.fields]
    if field not in known:
        hint = did_you_mean(field, known) or f"There are {', '.join(dict.fromkeys(known))}."
        raise UsageError(f"There is no field {field!r}. {hint}")
