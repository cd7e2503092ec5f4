"""The commands of `reconciler fleet`."""
