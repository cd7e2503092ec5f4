"""Where an instance's own database is, and that settings alone send no password anywhere (K4, K8)."""

from pathlib import Path

import psycopg
import pytest

from reconciler.configuration.database_url import database_url
from reconciler.configuration.loader import load_environment
from reconciler.errors import SecretError, StoreError
from reconciler.settings.instance import InstanceFile

BASE = Path(__file__).parent / "base"
NOTHING_ADDED = "passfile=%2Fnonexistent&password=none"


def instance_with(tmp_path: Path, url: str) -> InstanceFile:
    overlay = tmp_path / "overlay/prod/instance.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text(f"store: {{url: {url}}}\n")
    return load_environment(BASE, "prod", overlay=tmp_path / "overlay", with_commit=False).settled_instance()


def test_a_relative_sqlite_path_starts_where_the_environments_folder_stands(tmp_path: Path) -> None:
    instance = load_environment(BASE, "prod", with_commit=False).settled_instance()
    assert database_url(instance, tmp_path / "environments", {}) == f"sqlite:///{tmp_path}/var/prod.db"


def test_an_absolute_path_stays_as_it_is(tmp_path: Path) -> None:
    assert database_url(instance_with(tmp_path, "sqlite:////srv/prod.db"), tmp_path, {}) == "sqlite:////srv/prod.db"


def test_a_url_may_be_a_secret_and_lead_anywhere(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@db.test/assets"
    assert database_url(instance_with(tmp_path, "{env: STORE}"), tmp_path, {"STORE": url}) == url


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_store_that_would_be_forgotten_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SecretError, match="names no file"):
        database_url(instance_with(tmp_path, "{env: STORE}"), tmp_path, {"STORE": url})


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://me@db.test/assets", "db.test"),
        ("postgresql+psycopg://me@db.test:5433/assets", "db.test"),
        ("'postgresql://me@localhost,db.test/assets'", "db.test"),
        ("postgresql://me@localhost/assets?host=db.test", "db.test"),
        ("postgresql:///assets?host=localhost:1&host=db.test:2", "db.test"),
        ("postgresql://localhost/assets?%68ost=db.test", "db.test"),
        ("'postgresql://localhost#@db.test/assets'", "db.test"),
        ("postgresql://127.0.0.1.db.test/assets", "127.0.0.1.db.test"),
        ("postgresql://10.0.0.1/assets", "10.0.0.1"),
    ],
)
def test_a_host_that_only_the_settings_name_gets_no_password(tmp_path: Path, url: str, host: str) -> None:
    """For production too; the environment variable that names it is the leave of whoever runs the program."""
    instance = instance_with(tmp_path, url)
    with pytest.raises(StoreError) as caught:
        database_url(instance, tmp_path, {"RECONCILER_ALLOW_HOST": "other.test"})
    assert f"Set RECONCILER_ALLOW_HOST={host} if you trust it" in str(caught.value)
    allowed = database_url(instance, tmp_path, {"RECONCILER_ALLOW_HOST": f"localhost, {host.upper()}"})
    assert allowed == url.strip("'")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@localhost/assets",
        "postgresql://me@127.0.0.2:5433/assets",
        "postgresql://me@[::1]/assets",
        "postgresql:///assets?host=/var/run/postgresql",
    ],
)
def test_what_the_settings_alone_name_on_this_machine_is_reached_without_libpqs_passwords(
    tmp_path: Path, url: str
) -> None:
    made = database_url(instance_with(tmp_path, f"'{url}'"), tmp_path, {})
    assert made == f"{url.replace('/var/run/', '%2Fvar%2Frun%2F')}{'&' if '?' in url else '?'}{NOTHING_ADDED}"


def test_without_a_host_it_is_libpq_whose_variables_name_it(tmp_path: Path) -> None:
    assert database_url(instance_with(tmp_path, "postgresql:///assets"), tmp_path, {}) == "postgresql:///assets"


@pytest.mark.parametrize("option", ["service=x", "sslkey=engine:x", "options=-c%20x", "passfile=/x", "%73ervice=x"])
def test_options_that_make_libpq_read_or_run_something_are_refused(tmp_path: Path, option: str) -> None:
    with pytest.raises(Exception, match="cannot stand in a URL of the settings"):
        instance_with(tmp_path, f"postgresql://localhost/assets?sslmode=require&{option}")


def test_libpq_takes_neither_variable_nor_file_beside_a_given_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this module relies on: the options of the URL come before libpq's own sources."""
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    made = database_url(instance_with(tmp_path, "postgresql://me@localhost/assets"), tmp_path, {})
    options = psycopg.conninfo.conninfo_to_dict(made.replace("postgresql://me@localhost/assets?", "postgresql:///?"))
    assert (options["password"], options["passfile"]) == ("none", "/nonexistent")
