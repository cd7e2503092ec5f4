"""Whose store this is: the check that keeps a restored copy from being written (E3)."""

from reconciler.errors import StampError
from reconciler.model.state import Stamp
from reconciler.settings.environment import Environment
from reconciler.settings.instance import InstanceFile


def foreign(stamp: Stamp | None, instance: InstanceFile) -> bool:
    """Return whether the store carries another instance's stamp."""
    return stamp is not None and (stamp.instance, stamp.kind) != (instance.name, instance.kind)


def whose(stamp: Stamp | None, instance: InstanceFile) -> str | None:
    """Return whose store it is when it is another instance's, in a sentence without its end; None when it is ours."""
    if stamp is None or not foreign(stamp, instance):
        return None
    return f"The store is that of {stamp.instance} ({stamp.kind}), and this is {instance.name} ({instance.kind})"


def check_stamp(stamp: Stamp | None, environment: Environment) -> str | None:
    """Return a warning when the store is another instance's and nothing is enabled here, None when it is ours.

    Raises:
        StampError: the store is another instance's, and a connection is enabled here.
    """
    told = whose(stamp, environment.instance)
    if told is None:
        return None
    if any(environment.enabled(connection) for connection in environment.connections.values()):
        name = environment.instance.name
        raise StampError(
            f"{told}: it looks like a copy. Nothing was read or written. If it is meant to be {name}'s store from now "
            f"on, run: reconciler store adopt {name}"
        )
    return f"{told}: it looks like a copy. No connection is enabled here, so nothing is written."


def refuse_foreign(stamp: Stamp | None, instance: InstanceFile) -> None:
    """Refuse to write anything into a store that is another instance's, whatever is enabled here.

    Raises:
        StampError: it is.
    """
    told = whose(stamp, instance)
    if told is not None:
        raise StampError(
            f"{told}: nothing is written into it. If it is a copy that is to be {instance.name}'s, run: "
            f"reconciler store adopt {instance.name}"
        )
