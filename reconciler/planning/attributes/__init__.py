"""What each attribute of an asset should be, and why."""
