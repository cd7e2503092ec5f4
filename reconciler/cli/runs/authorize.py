"""`reconciler authorize`: prove that a connection can sign in and may read what its settings need (C2)."""

import sys
import webbrowser
from typing import Annotated

import typer

from reconciler.cli.context import surroundings
from reconciler.cli.options import Env
from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import Talk, say
from reconciler.errors import ExitCode, SignInError
from reconciler.report.text.connection import proof_text
from reconciler.run.signin import authorizing
from reconciler.run.signin.authorizing import Person


def authorize(
    context: typer.Context,
    env: Env,
    connection: Annotated[
        str | None, typer.Argument(metavar="CONNECTION", help="The connection; every one of ENV when left out.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Sign in at the browser although a sign-in is kept (authorization code).")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the browser, besides printing the address.")
    ] = True,
    as_if_enabled: Annotated[
        bool, typer.Option("--as-if-enabled", help="Prove connections that are not enabled here too (E2).")
    ] = False,
) -> int:
    """Prove a connection: sign in, and make one real request of each kind that its settings need.

    Shows who or what signed in, each permission with why it is needed, and the one thing to do next when something is
    refused; then it exits with 1. With an authorization code a person signs in at a browser, and the sign-in is kept.
    """
    with Talk() as talk:
        around = surroundings(context, env, talk)
    person = Person(present=sys.stdin.isatty(), show=_Show(browser), paste=_paste)
    proofs = authorizing.authorize(around, connection, person, again=again, as_if_enabled=as_if_enabled)
    if not proofs:
        say(f"{env} has no connection, so there is nothing to prove.")
    for proof in proofs:
        printing.show(proof_text(proof, width=printing.width()))
    return ExitCode.DONE if all(proof.succeeded for proof in proofs) else ExitCode.ERROR


class _Show:
    """Shows the address to sign in at, and opens it."""

    def __init__(self, browser: bool) -> None:
        self._browser = browser

    def __call__(self, address: str) -> None:
        say(f"Sign in at: {address}")
        if self._browser:
            webbrowser.open(address)


def _paste(redirect_uri: str) -> str:
    """Ask for the address that the browser ended at.

    Raises:
        SignInError: nothing was entered.
    """
    say(f"The browser ends at {redirect_uri}?code=…, whatever it shows there. Paste that whole address:")
    line = sys.stdin.readline()
    if not line.strip():
        raise SignInError("Nothing was pasted, and nothing was kept. Run `reconciler authorize` again.")
    return line
