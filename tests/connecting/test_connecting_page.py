"""The page about connecting shows each credential, and the permissions and codes that the program knows."""

import re
from pathlib import Path

from reconciler.intune import connection_check
from reconciler.intune.signin.errors import ADVICE

PAGE = (Path(__file__).parents[2] / "docs" / "connecting.md").read_text()
BLOCKS = [block for block in re.findall(r"```yaml[^\n]*\n(.*?)```", PAGE, re.S) if "credential:" in block]


def test_the_page_has_an_example_of_each_credential() -> None:
    assert set(re.findall(r"type: ([a-z-]+)|from: ([a-z-]+)", "".join(BLOCKS))) >= {
        *((name, "") for name in ("client-secret", "certificate", "federated")),
        *(("", name) for name in ("github-actions", "token-file", "managed-identity")),
    }


def test_the_page_lists_each_permission_with_its_ids() -> None:
    for name, ids in connection_check._IDS.items():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}`")]
        assert all(f"`{each}`" in row for each in ids)


def test_the_page_explains_only_codes_that_the_program_knows() -> None:
    codes = re.findall(r"^\| AADSTS([0-9, ]+) \|", PAGE, re.M)
    assert codes
    assert {code for found in codes for code in found.split(", ")} <= ADVICE.keys()
