"""What other tools take for the same fleet; each step runs where only the peers' packages are installed."""
