"""Mending JSON whose text holds what is no character: anyone can name a device, and one must not cost the list."""

import json


def mended(body: bytes) -> bytes:
    """Write JSON anew, with what is no character replaced.

    Raises ValueError for what is no JSON, RecursionError for what is too deep.
    """
    return json.dumps(json.loads(body.decode("utf-8", "replace")), ensure_ascii=False).encode("utf-8", "replace")
