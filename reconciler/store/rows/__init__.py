"""The assets and what they refer to, one module a noun: each reads, writes, compares and removes its own rows."""
