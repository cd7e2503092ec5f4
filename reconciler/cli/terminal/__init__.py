"""What commands share at the terminal: printing, progress, interrupts."""
