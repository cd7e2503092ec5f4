"""A part of the program whose packages are an extra says which one to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.configuration.template import Answers, Pipeline, Store, start

_WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "{package}":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from reconciler.cli.main import main
sys.argv = ["reconciler", *{arguments!r}]
main()
"""


@pytest.mark.parametrize(
    ("package", "arguments", "extra"),
    [
        ("trustme", ["simulate"], "simulator"),
        ("trustme", ["demo"], "simulator"),
        ("psycopg", ["status", "prod"], "postgresql"),
    ],
)
def test_what_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, package: str, arguments: list[str], extra: str
) -> None:
    """One sentence, exit code 1, no traceback."""
    start(tmp_path, Answers(store=Store.POSTGRESQL, pipeline=Pipeline.NONE))
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT.format(package=package, arguments=arguments)],
        cwd=tmp_path,
        env={"RECONCILER_STORE_URL": "postgresql://localhost/assets"},
        capture_output=True,
        text=True,
        check=False,
    )

    message = (
        f'This needs the package `{package}`, which is not installed. Run: pip install "it-asset-reconciler[{extra}]"\n'
    )
    assert (done.returncode, done.stderr) == (1, message)
