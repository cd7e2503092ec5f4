"""A plan, an outcome or a history for people and for machines: text and JSON."""
