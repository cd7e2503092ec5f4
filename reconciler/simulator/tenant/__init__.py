"""One pretend tenant: its devices, users and software, generated from a seed."""
