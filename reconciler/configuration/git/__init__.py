"""Settings as Git has them: what is committed, and what stood at a commit."""
