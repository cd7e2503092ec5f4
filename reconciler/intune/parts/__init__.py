"""What is read of a tenant, one module for each part; a part can fail on its own (G4)."""
