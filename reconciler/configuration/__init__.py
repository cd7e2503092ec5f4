"""YAML with its positions to settings, or to every problem that it has."""
