"""Which asset each device is, and the life of the binding between them."""
