"""What the tests of connecting ask again and again."""

from typing import Any


def failure(connection: Any, *arguments: str) -> str:
    """Return what `authorize` says on one line when it fails."""
    done = connection.cli.run(*(arguments or ("authorize", "prod")))
    assert done.code == 1, done
    return " ".join((done.out + done.err).split())


def proved(connection: Any) -> str:
    """Return what `authorize` says on one line when everything is proved."""
    done = connection.cli.run("authorize", "prod")
    assert done.code == 0, done
    return " ".join(done.out.split())
