"""What is laid over or under an environment's own files: an overlay, shared settings, the names that secrets hold."""
