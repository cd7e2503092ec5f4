"""Random days of a fleet: two pretend tenants, what happens in them and in the store, and what must hold afterwards."""
