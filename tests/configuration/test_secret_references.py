"""Where secrets come from, and that nobody sees them (K4, K8)."""

import time
from pathlib import Path

import pytest

from reconciler.configuration.loader import load_environment
from reconciler.configuration.parsing import masking
from reconciler.configuration.secrets import read_secret
from reconciler.errors import SecretError
from reconciler.settings.secrets import FromEnvironment, FromFile

BASE = Path(__file__).parent / "base"


def refusal(reference: FromEnvironment | FromFile, folder: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SecretError) as caught:
        read_secret(reference, folder, environ or {})
    return str(caught.value)


def test_a_variable_is_read_as_it_is(tmp_path: Path) -> None:
    assert read_secret(FromEnvironment(env="KEY"), tmp_path, {"KEY": " hunter2 "}) == " hunter2 "


@pytest.mark.parametrize("text", ["hunter2", "hunter2\n", "hunter2\r\n"])
def test_a_file_is_read_without_the_line_end_at_its_end(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_bytes(text.encode())
    assert read_secret(FromFile(file="key"), tmp_path, {}) == "hunter2"


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    assert refusal(FromEnvironment(env="KEY"), tmp_path) == (
        "The environment variable KEY, which settings name for a secret, is not set. Set it."
    )


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_value_is_refused(tmp_path: Path, empty: str) -> None:
    (tmp_path / "key").write_text(empty)
    assert "variable KEY" in refusal(FromEnvironment(env="KEY"), tmp_path, {"KEY": empty})
    assert refusal(FromFile(file="key"), tmp_path).endswith("is empty.")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(FromFile(file="key"), tmp_path) == (
        "The file key, which settings name for a secret, does not exist."
    )


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    assert refusal(FromFile(file="."), tmp_path) == "., which settings name for a secret, is not a file."


def test_bytes_that_are_no_text_are_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"hunter2\xff")
    with pytest.raises(SecretError) as caught:
        read_secret(FromFile(file="key"), tmp_path, {})
    assert str(caught.value) == "The file key, which settings name for a secret, is not UTF-8 text."
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("way", ["../key", "absolute", "symlink"])
def test_a_file_outside_of_the_environments_folder_is_refused(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "prod"
    folder.mkdir()
    (tmp_path / "key").write_text("hunter2")
    (folder / "symlink").symlink_to(tmp_path / "key")
    file = str(tmp_path / "key") if way == "absolute" else way
    message = refusal(FromFile(file=file), folder)
    assert f"{file}, which settings name for a secret, is outside of {folder} and /run/secrets." in message
    assert "hunter2" not in message


def test_another_root_takes_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    root, folder = tmp_path / "root", tmp_path / "prod"
    for path in (root, folder):
        path.mkdir()
        (path / "key").write_text(path.name)
    environ = {"RECONCILER_SECRETS_DIR": str(root)}
    assert read_secret(FromFile(file=str(root / "key")), folder, environ) == "root"
    assert "is outside of" in refusal(FromFile(file=str(folder / "key")), folder, environ)


def test_a_relative_path_begins_at_another_root(tmp_path: Path) -> None:
    """A service's credentials have no folder of the environment's: systemd names theirs by `%d`."""
    for name in ("credentials", "prod"):
        (tmp_path / name).mkdir()
    (tmp_path / "credentials/intune-secret").write_text("hunter2\n")
    environ = {"RECONCILER_SECRETS_DIR": str(tmp_path / "credentials")}
    assert read_secret(FromFile(file="intune-secret"), tmp_path / "prod", environ) == "hunter2"
    assert "is outside of" in refusal(FromFile(file="../prod"), tmp_path / "prod", environ)


def test_another_root_is_what_validating_goes_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no file to be there: a pipeline that validates need not have the secrets."""
    connection = tmp_path / "overlay/prod/connections/intune/connection.yaml"
    connection.parent.mkdir(parents=True)
    connection.write_text(f"authentication: {{credential: {{secret: {{file: {tmp_path}/secrets/key}}}}}}\n")

    def messages() -> list[str]:
        return [each.message for each in load_environment(BASE, "prod", overlay=tmp_path / "overlay").problems]

    assert messages() == ["a file outside of the folders that secrets are read from"]
    monkeypatch.setenv("RECONCILER_SECRETS_DIR", str(tmp_path / "secrets"))
    assert messages() == []
    connection.write_text("authentication: {credential: {secret: {file: intune-secret}}}\n")
    assert messages() == []


def test_a_line_without_end_is_masked_in_no_time() -> None:
    """A pasted key or blob: what comes after a thousand characters is hidden unseen, and nothing is looked through."""
    began = time.process_time()
    assert masking.masked("x: 0x" + "f" * 1_000_000) == "x: 0x" + "f" * 995 + "*" * 999_005
    assert masking.masked_url("http://" + "a" * 1_000_000)[:1001] == "http://" + "a" * 993 + "*"
    assert time.process_time() - began < 1
