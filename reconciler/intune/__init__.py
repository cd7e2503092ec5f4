"""Where devices come from: signing in, Graph's HTTP, and one module per part read; `read.read_snapshot` is the door."""
