"""Values that identify a machine: the form in which they are compared, and which are worthless (M2, M3).

The lists are what inventory systems refuse as identities: those that OCS Inventory, FusionInventory and GLPI ship, and
what users of public synchronising tools report.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from reconciler.model.snapshot import Scalar
from reconciler.planning.rules.values import as_text

SERIAL: Final = "serialNumber"
IMEI: Final = "imei"
WIFI_MAC: Final = "wifiMac"
MACS: Final = frozenset({WIFI_MAC, "ethernetMac"})
"""The asset fields that hold what identifies a machine."""

_PLACEHOLDERS: Final = frozenset(
    {
        *(
            "n/a",
            "(nullstring)",
            "null",
            "none",
            "unknow",
            "unknown",
            "invalid",
            "empty",
            "notspecified",
            "notavailable",
        ),
        *("notapplicable", "default", "defaultstring", "oem", "oemserial", "tobefilledbyoem", "systemserial"),
        *("systemserialnumber", "systemserialnumb", "chassisserialnumber", "serialnumber", "serialnumberxxxxxx"),
        *("eval", "iatpass", "tulipcomputers", "sys1234567890", "sys9876543210", "sn12345", "sn1234567890"),
        *("sn123456fvgv3i0b8o5n6n7k", "mb1234567890", "bsn12345678901234567", "systemproductname", "productname"),
        *("systemname", "systemmanufacturer", "*", "123456789000", "-1"),
        *("03000200040005000006000700080009", "6ab5b300538d10149fb5b0684d007b53", "01010101010101010101010101010101"),
    }
)
"""Without spaces, dots, dashes, underscores and colons."""

_PUNCTUATION: Final = str.maketrans("", "", " .-_:")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_COUNTING: Final = "1234567890" * 3
_SHORTEST: Final = 5
"""Digits that count up from one are a placeholder from so many on."""
_VERSION: Final = re.compile(r"\d{1,3}(\.\d{1,3}){1,2}", re.ASCII)
_MAC: Final = re.compile(r"[0-9a-f]{12}", re.ASCII)
_SHARED_MACS: Final = frozenset(
    {
        *(f"005056c0000{number}" for number in range(1, 9)),
        *("0a0027000000", "20415359" + "4eff", "505054503030", "33506f453030", "00a0c6000000", "000bcafe0000"),
    }
)
"""Host adapters of VMware and VirtualBox, miniports, and a modem that many machines have."""
_GROUP_OR_LOCAL: Final = 0b11
"""The bits of a MAC address's first byte that say multicast, and locally administered: randomised."""
_IMEI_DIGITS: Final = range(14, 17)
_WITH_CHECK: Final = 15
_TEN: Final = 10


def matching_form(value: Scalar) -> str:
    """Return the form in which values are compared: NFKC, without case, control, format and white-space characters."""
    text = value if isinstance(value, str) else as_text(value)
    if text.isascii():
        return "".join(filter(str.isprintable, "".join(text.split()))).casefold()
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in text if unicodedata.category(each) not in _INVISIBLE)


def worthless_forms(ignored: Iterable[str]) -> frozenset[str]:
    """Return the built-in placeholders and the settings' `ignoredValues`, as `is_worthless` compares them."""
    return _PLACEHOLDERS | {matching_form(value).translate(_PUNCTUATION) for value in ignored}


def is_worthless(form: str, forms: frozenset[str], field: str = SERIAL) -> bool:
    """Return whether a matching form of a field must never match (M3)."""
    plain = form if form.isalnum() else form.translate(_PUNCTUATION)
    if plain in forms or plain == plain[:1] * len(plain):
        return True
    if field == SERIAL:
        return _is_made_up(form, plain)
    if field == IMEI:
        return not _is_imei(plain)
    return field in MACS and _is_shared_mac(plain)


def _is_made_up(form: str, plain: str) -> bool:
    """Return whether a serial number is only zeros and ones, counts up, or is a version number."""
    if not plain.isdigit():
        return False
    counts = len(plain) >= _SHORTEST and (_COUNTING.startswith(plain) or f"0{_COUNTING}".startswith(plain))
    return counts or set(plain) <= {"0", "1"} or _VERSION.fullmatch(form) is not None


def _is_imei(digits: str) -> bool:
    """Return whether this can be an IMEI: enough digits, and with fifteen a check digit that is right (Luhn)."""
    if not (digits.isdigit() and digits.isascii() and len(digits) in _IMEI_DIGITS):
        return False
    if len(digits) != _WITH_CHECK:
        return True
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(number // _TEN + number % _TEN for number in doubled) % _TEN == 0


def _is_shared_mac(digits: str) -> bool:
    """Return whether an address is multicast, broadcast, randomised or one that many machines have."""
    if not _MAC.fullmatch(digits):
        return False
    return bool(int(digits[:2], 16) & _GROUP_OR_LOCAL) or digits in _SHARED_MACS
