"""What writes to a store: an apply, an undo, an import, and the one script that all of them end in."""
