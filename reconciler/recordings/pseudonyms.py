"""Words in the place of other words, the same one for the same word and key, of the same length and kind.

1. A text is taken word by word; what stands between its words stays. Words of one or two characters are replaced where
   a name is expected, but not looked for in other texts, where they are mostly no names.
2. A letter becomes a letter and a digit a digit, as upper or lower case as it was, so that what is compared without
   case, trimmed or put into capitals afterwards comes to the same.
3. Two words never become one: it is a permutation of all words of a pattern, made with the key.
4. Words that are `spared` stay, those of three characters or more at the beginning of others too: what settings
   compare with.
5. What looks like a GUID or a MAC address is permuted as a whole, by its hexadecimal digits; a serial or another
   number as a whole too, since spaces and invisible characters in it mean nothing when it is matched.
6. What could match still can (M3): a MAC address keeps its first byte, which says whether it is randomised, and an
   IMEI gets the check digit of its pseudonym.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from reconciler.planning.rules.identity import IMEI, is_worthless, matching_form, worthless_forms

_WORD: Final = re.compile(r"[^\W_]+")
_HEXADECIMAL: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}", re.IGNORECASE
)
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IMEI_LENGTH: Final = 15
_SHORT: Final = 2
_ROUNDS: Final = 8
_DIGITS: Final = "0123456789"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Pseudonyms:
    """The pseudonyms that a key gives; `spared` are words that stay."""

    def __init__(self, key: bytes, spared: Iterable[str] = ()) -> None:
        texts = list(spared)
        self._key = key
        self._spared = frozenset(word.casefold() for text in texts for word in _WORD.findall(text))
        self._staying = worthless_forms(texts)
        self._known: dict[str, str] = {}

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(word) for word in self._spared if len(word) > _SHORT}, reverse=True)

    def of(self, text: str) -> str:
        """Return a text's pseudonym; a placeholder such as `To be filled by O.E.M.` stays, since it is nobody's."""
        if self._stays(text):
            return text
        if _HEXADECIMAL.fullmatch(text.strip()):
            begin = 0 if _GUID.fullmatch(text.strip()) else len(text) - len(text.lstrip()) + 2
            return text[:begin] + self._permuted(text[begin:], _DIGITS + "abcdef", _DIGITS + "abcdef")
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def of_code(self, text: str) -> str:
        """Return the pseudonym of a serial or another number: of all its words as one, however they are separated."""
        form = matching_form(text)
        if self._stays(text) or not form.isascii():
            return self.of(text)
        plain = unicodedata.normalize("NFKC", text)
        if len(form) == _IMEI_LENGTH and form.isdigit() and not is_worthless(form, frozenset(), IMEI):
            return self._imei(plain)
        return self._word(plain)

    def of_known(self, text: str) -> str:
        """Return a text with those of its words replaced that were replaced elsewhere."""
        return _WORD.sub(lambda found: self._known.get(found[0].casefold(), found[0]), text)

    def _stays(self, text: str) -> bool:
        return is_worthless(matching_form(text), self._staying)

    def _imei(self, text: str) -> str:
        """Return the pseudonym of an IMEI with the check digit that is right for it (Luhn)."""
        last = max(place for place, char in enumerate(text) if char.isdigit())
        new = self._permuted(text[:last], _LETTERS, _DIGITS)
        doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(filter(str.isdigit, new)))
        check = -sum(number // 10 + number % 10 for number in doubled) % 10
        return f"{new}{check}{text[last + 1 :]}"

    def _word(self, word: str) -> str:
        folded = word.casefold()
        if folded in self._spared:
            return word
        if not matching_form(word).isascii():
            return self._remembered(folded, self._foreign(folded))
        kept = next((n for n in self._lengths if n < len(word) and folded[:n] in self._spared), 0)
        new = word[:kept] + self._permuted(word[kept:], _LETTERS, _DIGITS)
        self._remembered(folded, new.casefold())
        return new

    def _remembered(self, word: str, new: str) -> str:
        """Return the pseudonym, kept for other texts that have the word."""
        if len(word) > _SHORT:
            self._known.setdefault(word, new)
        return new

    def _foreign(self, folded: str) -> str:
        """Return Latin letters for a word of other ones."""
        drawn = self._drawn(b"foreign", folded.encode(), max(8, len(folded)))
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn)

    def _permuted(self, text: str, letters: str, digits: str) -> str:
        """Return a text whose letters and digits are permuted; anything else in it stays where it is."""
        lower = text.lower()
        alphabets = [letters if char in letters else digits if char in digits else "" for char in lower]
        places = [place for place, alphabet in enumerate(alphabets) if alphabet]
        symbols = [alphabets[place].index(lower[place]) for place in places]
        permuted = self._permutation(symbols, [len(alphabets[place]) for place in places])
        out = list(text)
        for place, symbol in zip(places, permuted, strict=True):
            new = alphabets[place][symbol]
            out[place] = new.upper() if text[place].isupper() else new
        return "".join(out)

    def _permutation(self, symbols: Sequence[int], sizes: Sequence[int]) -> list[int]:
        """Return symbols of these alphabets' sizes for others: a Feistel network over two halves of the word."""
        half = len(symbols) // 2
        left, right = _number(symbols[:half], sizes[:half]), _number(symbols[half:], sizes[half:])
        most_left, most_right = _product(sizes[:half]), _product(sizes[half:])
        pattern = bytes(sizes)
        for number in range(_ROUNDS):
            if number % 2:
                left = (left + self._round(number, pattern, right, most_left)) % most_left
            else:
                right = (right + self._round(number, pattern, left, most_right)) % most_right
        return _symbols(left, sizes[:half]) + _symbols(right, sizes[half:])

    def _round(self, number: int, pattern: bytes, half: int, most: int) -> int:
        seen = half.to_bytes((half.bit_length() + 7) // 8)
        return int.from_bytes(self._drawn(bytes((number,)) + pattern, seen, most.bit_length() // 8 + 16))

    def _drawn(self, purpose: bytes, seen: bytes, length: int) -> bytes:
        """Return so many bytes that only who has the key can tell from chance."""
        seed = hmac.digest(self._key, len(purpose).to_bytes(4) + purpose + seen, "sha256")
        return hashlib.shake_256(seed).digest(length)


def _number(symbols: Sequence[int], sizes: Sequence[int]) -> int:
    number = 0
    for symbol, size in zip(symbols, sizes, strict=True):
        number = number * size + symbol
    return number


def _symbols(number: int, sizes: Sequence[int]) -> list[int]:
    symbols: list[int] = []
    for size in reversed(sizes):
        number, symbol = divmod(number, size)
        symbols.append(symbol)
    return symbols[::-1]


def _product(sizes: Sequence[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product
