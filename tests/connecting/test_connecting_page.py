"""The page about connecting shows settings that are valid, and the permissions that the program asks for."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.intune import proving
from reconciler.intune.signing_in_errors import ADVICE
from reconciler.settings.connection import Authentication

PAGE = (Path(__file__).parents[2] / "docs" / "connecting.md").read_text()
BLOCKS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "credential:" in block]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_of_signing_in_is_valid(block: str) -> None:
    shown: dict[str, Any] = YAML(typ="safe", pure=True).load(block)
    given = shown.get("authentication", {"method": "client-credentials", **shown})
    assert Authentication.model_validate(given).credential.type


def test_the_page_has_an_example_of_each_credential() -> None:
    assert set(re.findall(r"type: ([a-z-]+)|from: ([a-z-]+)", "".join(BLOCKS))) >= {
        *((name, "") for name in ("client-secret", "certificate", "federated")),
        *(("", name) for name in ("github-actions", "token-file", "managed-identity")),
    }


def test_the_page_lists_each_permission_with_its_ids() -> None:
    for name, ids in proving._IDS.items():
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}`")]
        assert all(f"`{each}`" in row for each in ids)


def test_the_page_explains_only_codes_that_the_program_knows() -> None:
    codes = re.findall(r"^\| AADSTS([0-9, ]+) \|", PAGE, re.M)
    assert codes
    assert {code for found in codes for code in found.split(", ")} <= ADVICE.keys()
