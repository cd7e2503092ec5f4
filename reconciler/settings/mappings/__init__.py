"""How a device's properties become an asset's: what may be asked of them, types, fields."""
