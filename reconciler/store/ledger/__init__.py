"""What is ours whatever the store: bindings, journal, lease, stamp, holds, usage, settings, reads, pins, attempts."""
