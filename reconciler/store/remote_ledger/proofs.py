"""What `store prove` found out about a remote, kept with the version that it was true of (W9)."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from reconciler.model.ledger import Proof
from reconciler.store.ledger.tables import proof


def read_proofs(connection: Connection) -> tuple[Proof, ...]:
    """Return what was proven, by name."""
    rows = connection.execute(select(proof).order_by(proof.c.name))
    return tuple(Proof(name=row.name, answer=row.answer, version=row.version, proven_at=row.proven_at) for row in rows)


def write_proofs(connection: Connection, proofs: Iterable[Proof]) -> None:
    """Keep answers, each in place of an older one to the same question."""
    for each in proofs:
        connection.execute(delete(proof).where(proof.c.name == each.name))
        values = {"name": each.name, "answer": each.answer, "version": each.version, "proven_at": each.proven_at}
        connection.execute(insert(proof).values(values))
