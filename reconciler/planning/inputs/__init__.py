"""What decisions are made from: devices, the store, and settings compiled, read once and never changed."""
