"""Plans, runs and stories for a terminal."""
