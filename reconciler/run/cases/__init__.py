"""The cases of `tests.yaml`: run, insisted on, and made from a recording (K5)."""
