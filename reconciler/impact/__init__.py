"""What a change of settings causes: two plans of one recording, compared."""
