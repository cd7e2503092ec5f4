"""Commands for finding out how this works, without a tenant."""
