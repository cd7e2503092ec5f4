"""What the pretend asset stores share: a server over HTTPS, faults by name, throttling, an audit of every write."""
