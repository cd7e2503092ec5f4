"""What a token says of itself: a hint for people, never a reason to do anything, since nobody checked it."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any


def claims_of(token: str) -> Mapping[str, Any]:
    """Return the claims of a JWT, unverified; none for a token that is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def permissions_in(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the permissions that a token claims: an application's `roles` and a person's `scp`."""
    roles, scopes = claims.get("roles"), claims.get("scp")
    found = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return frozenset(found) | frozenset(scopes.split() if isinstance(scopes, str) else ())
