"""The ledger of a store behind an API: intents, interrupted runs, proofs, and what was last seen of the assets."""

from reconciler.store.remote_ledger.ledger import SqlLedger, WritableSqlLedger

__all__ = ["SqlLedger", "WritableSqlLedger"]
