"""Which remote a ledger stands beside (W6): another one is refused, as a restored copy is."""

from reconciler.errors import StampError
from reconciler.model.state import RemoteIdentity, Stamp


def refuse_other(stamp: Stamp | None, remote: RemoteIdentity) -> None:
    """Refuse a remote that the ledger does not stand beside.

    Raises:
        StampError: it is another one.
    """
    if stamp is None or stamp.remote is None or stamp.remote == remote:
        return
    was = stamp.remote
    raise StampError(
        f"The ledger of {stamp.instance} stands beside {was.product} at {was.url}, and the settings name "
        f"{remote.product} at {remote.url}{_differing(was, remote)}: it looks like a copy. Nothing was read. "
        f"If it is the right one from now on, run: reconciler store adopt {stamp.instance}"
    )


def _differing(was: RemoteIdentity, now: RemoteIdentity) -> str:
    names = sorted(was.facts.keys() | now.facts.keys())
    told = [f"{name}: {was.facts.get(name)}, now {now.facts.get(name)}" for name in names]
    differing = [text for name, text in zip(names, told, strict=True) if was.facts.get(name) != now.facts.get(name)]
    return f" ({', '.join(differing)})" if differing else ""
