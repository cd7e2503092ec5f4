"""Finding out how a remote store behaves where its documentation leaves it open, and keeping the answers (W9)."""

from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.model.ledger import Proof
from reconciler.run import stores
from reconciler.run.context import Surroundings

if TYPE_CHECKING:
    from reconciler.remote.room import Provable


def prove(around: Surroundings, owner: str) -> tuple[Proof, ...]:
    """Try every open question on one scratch asset of the remote, and keep the answers in the ledger.

    The scratch asset is taken away again, also one that an interrupted try left behind.

    Raises:
        UsageError: the store is our own, or its product leaves nothing open.
        LeaseError: an apply holds the ledger.
        StoreError: the remote cannot be asked, or refuses the scratch asset.
    """
    room = _room(around)
    with stores.open_ledger_for_writing(around) as ledger, ledger.hold(owner) as held:
        answers, version, now = room.prove(), room.version(), around.now()
        proofs = tuple(
            Proof(name=name, answer=answer, version=version, proven_at=now) for name, answer in sorted(answers.items())
        )
        held.record_proofs(proofs)
    return proofs


def _room(around: Surroundings) -> "Provable":
    from reconciler.remote.room import Provable  # noqa: PLC0415 - only where a remote is spoken to

    if not around.instance.store.is_remote:
        raise UsageError(
            f"The store of {around.instance.name} is our own database: nothing about it has to be found out."
        )
    room = around.remotes.room(around)
    if not isinstance(room, Provable):
        raise UsageError(f"{room.product} leaves nothing open: its source says how it behaves.")
    return room
