"""A plan as a pull request comment."""
