"""Escapes, one for each sink: names come from devices that anyone can rename (V2)."""

_NEWLINE = "\u2424"


def terminal(text: str) -> str:
    r"""Return the text as one line that a terminal shows and never obeys.

    A newline becomes `␤`; every other character that prints nothing (control characters, escapes, direction marks,
    zero-width and unassigned ones, odd spaces, lone surrogates) becomes its code: `\x1b`, `\u202e`, `\U000e0001`.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _code(character) for character in text)


def _code(character: str) -> str:
    if character == "\n":
        return _NEWLINE
    number = ord(character)
    if number <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits hold
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - what four of them hold
