"""The whole story of one asset or device (J3): what a plan's own decisions say of it, each with its reason."""
