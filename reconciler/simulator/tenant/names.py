"""Made-up names for people, and numbers that look like identifiers; nobody and nothing real."""

from random import Random
from typing import Final

DOMAIN: Final = "contoso.example"
ORGANISATION: Final = "Contoso"

GIVEN: Final = (
    *("Ada", "Amir", "Bea", "Bruno", "Cleo", "Chidi", "Dora", "Dev", "Edda", "Emre", "Fay", "Finn", "Gia", "Gus"),
    *("Hana", "Hugo", "Ines", "Ivo", "Jana", "Joss", "Kaia", "Kofi", "Lena", "Luca", "Mara", "Milo", "Nell", "Nils"),
    *("Opal", "Otto", "Pia", "Quin", "Rosa", "Rafi", "Suki", "Sami", "Tess", "Theo", "Uma", "Vito", "Wren", "Zola"),
)
SURNAMES: Final = (
    *("Example", "Sample", "Specimen", "Placeholder", "Mockford", "Testerton", "Fauxley", "Inventham", "Pretendby"),
    *("Fictionson", "Dummyworth", "Imaginari", "Notreal", "Stubbs-Test", "Makebelieve", "Simulacre", "Fixture"),
    *("Prototype", "Nonesuch", "Standin", "Hypothet", "O'Mockery", "Fakenham", "Madeup", "Lorem-Ipsum"),
)
JOBS: Final = {
    "Finance": ("Accountant", "Controller", "Payroll Clerk"),
    "Sales": ("Account Manager", "Sales Engineer", "Sales Assistant"),
    "Engineering": ("Engineer", "Senior Engineer", "Test Engineer"),
    "People": ("Recruiter", "People Partner"),
    "IT": ("Administrator", "Service Desk Analyst"),
    "Operations": ("Planner", "Warehouse Lead", "Dispatcher"),
}
OFFICES: Final = {
    "Head Office": ("London", "1 Imaginary Square", "ZZ1 1ZZ"),
    "Leeds": ("Leeds", "22 Pretend Street", "ZZ9 9ZZ"),
    "Remote": (None, None, None),
}
_LETTERS: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXY"


def guid(rng: Random) -> str:
    """Draw a GUID of version 4."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def code(number: int, length: int) -> str:
    """Spell `number` in `length` capitals and digits.

    Different numbers below 32 ** `length` give different codes: the multiplier is odd and the range a power of two.
    """
    rest = (number * 0x9E3779B1 + 0x2545F491) % 32**length
    letters = []
    for _ in range(length):
        rest, letter = divmod(rest, 32)
        letters.append(_LETTERS[letter])
    return "".join(letters)


def digits(number: int, length: int) -> str:
    """Spell `number` in `length` decimal digits; different below 10 ** `length`, as the multiplier is coprime to 10."""
    return f"{(number * 7_368_787 + 1_234_567) % 10**length:0{length}d}"


def chance(rng: Random, share: float) -> bool:
    """Draw whether something holds that holds in this share of cases."""
    return rng.random() < share


def mac(rng: Random) -> str:
    """Draw a MAC address as Intune writes it: twelve lower-case hex digits; the locally administered bit is set."""
    return f"02{rng.getrandbits(40):010x}"
