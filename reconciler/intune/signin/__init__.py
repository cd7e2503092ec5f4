"""Signing in with MSAL: credentials, tokens, and the cache of a person's sign-in."""
