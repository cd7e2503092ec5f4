"""What reads and plans: nothing here writes to a store."""
