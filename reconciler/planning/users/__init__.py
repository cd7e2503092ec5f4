"""The store's users: found, named, and kept from Entra."""
