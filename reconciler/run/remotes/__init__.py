"""What only stores behind an API need: opening, fitting, proofs, interrupted runs, settings from their own."""
