"""The few use cases that the CLI calls: reading, planning, applying; each a function of values and edges."""
