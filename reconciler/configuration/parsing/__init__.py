"""One settings file: YAML text to a model, or to every problem that it has, each at its position."""
