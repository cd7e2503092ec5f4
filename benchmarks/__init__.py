"""How long a fleet takes: the floor, this tool and its peers, measured side by side (`make bench`)."""
