"""The entries of the store's catalogue that a plan makes."""
