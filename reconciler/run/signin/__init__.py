"""How a connection signs in: what its settings give, what proves it, and when it ends."""
