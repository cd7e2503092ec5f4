"""Assets at a glance, and an inventory brought along from a file."""
