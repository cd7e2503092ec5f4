"""Microsoft Graph v1.0, as far as assets need it."""
