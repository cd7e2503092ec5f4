"""`reconciler init`: a settings repository to start from."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from reconciler.cli.terminal import printing
from reconciler.cli.terminal.progress import say
from reconciler.configuration.template import Answers, Pipeline, Store, example_names, renew_requirements, start
from reconciler.errors import ExitCode, UsageError

_NEXT = (
    "Next, in {folder}: make it a Git repository, put {missing} into environments/prod, then run `reconciler validate` "
    "and `reconciler test prod`. README.md has the five commands of every day."
)
_NEXT_OF_MANY = (
    "Next, in {folder}: make it a Git repository, put what all tenants share into environments/_shared, then run "
    "`reconciler fleet validate`. docs/fleet.md lists the secrets that each tenant needs."
)


def init(  # noqa: PLR0917 - typer reads the options from the signature
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the repository; made when missing.")],
    tenant_id: Annotated[str | None, typer.Option(help="The tenant's id: a GUID or a verified domain.")] = None,
    client_id: Annotated[str | None, typer.Option(help="The application's id.")] = None,
    organisation: Annotated[str | None, typer.Option(help="The name of your organisation.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="A site; the first is the default. May be repeated.")] = None,
    store: Annotated[
        Literal["sqlite", "postgresql"] | None,
        typer.Option(help="Where the assets live: a file, or a PostgreSQL whose URL is a secret."),
    ] = None,
    ci: Annotated[
        Literal["github", "gitlab", "azure", "none"] | None, typer.Option(help="The pipelines to write.")
    ] = None,
    from_halo: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Take the settings of the Halo's own Intune connection; HALO_CLIENT_ID, HALO_SECRET sign in.",
        ),
    ] = None,
    halo_connection: Annotated[
        str | None, typer.Option(help="With --from-halo: which of several Intune connections.")
    ] = None,
    tenants: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Write an environment for each row (name, tenantId, clientId, kind) over shared settings.",
        ),
    ] = None,
    only: Annotated[
        Literal["requirements"] | None,
        typer.Option(help="Write requirements.txt anew for this version of the program, and nothing else."),
    ] = None,
) -> int:
    """Write a settings repository into DIR: settings, schemas, pipelines, and what an editor and pre-commit need.

    On a terminal it asks, unless an option is given. The settings validate as they are. Nothing that is there is
    overwritten; an interrupted init is finished by running it again.
    """
    if only:
        printing.write(str(renew_requirements(folder)))
        return ExitCode.DONE
    if from_halo:
        return _adopt(folder, from_halo, halo_connection, Pipeline(ci or Pipeline.GITHUB))
    asked = sys.stdin.isatty() and not any((tenants, tenant_id, client_id, organisation, site, store, ci))
    given = Answers(
        tenant_id=tenant_id,
        client_id=client_id,
        organisation=organisation,
        sites=tuple(site) if site else None,
        store=Store(store or Store.SQLITE),
        pipeline=Pipeline(ci or Pipeline.GITHUB),
    )
    answers = _asked() if asked else given
    for path in start(folder, answers, tenants=tenants):
        printing.write(str(path))
    if tenants is not None:
        say(_NEXT_OF_MANY.format(folder=folder))
    else:
        _say_next(folder, answers, has_sites=asked or organisation is not None)
    return ExitCode.DONE


def _say_next(folder: Path, answers: Answers, *, has_sites: bool) -> None:
    """Say what to do with the repository now."""
    if answers.store is Store.SQLITE and answers.pipeline is not Pipeline.NONE:
        say("A pipeline's runner keeps no files: before it applies, let store: name a PostgreSQL (--store postgresql).")
    missing = [] if answers.tenant_id and answers.client_id else ["tenantId and clientId"]
    missing += [] if has_sites else ["your organisation and sites"]
    say(_NEXT.format(folder=folder, missing=" and ".join(missing) or "what else differs"))


def _adopt(folder: Path, url: str, connection: str | None, pipeline: "Pipeline") -> int:
    """Write a repository with the settings of a Halo's own Intune connection (W10)."""
    from reconciler.run.remotes.adopting import settings_from_halo  # noqa: PLC0415 - as above

    settings = settings_from_halo(url, os.environ, connection=connection)
    for path in start(folder, Answers(pipeline=pipeline), settings=settings):
        printing.write(str(path))
    unread = sum(text.count("ould not be read") for text in settings.values())
    say(
        f"Next, in {folder}: read the {unread} comments “Could not be read” in environments/prod and decide each, make "
        "it a Git repository, then run `reconciler validate`."
    )
    return ExitCode.DONE


def _asked() -> "Answers":
    """Return a person's answers; an empty one keeps the example's value."""
    example = example_names()

    def ask(question: str, default: str) -> str:
        answer: str = typer.prompt(question, default=default, err=True)
        return answer.strip()

    try:
        return Answers(
            tenant_id=ask("Tenant id (later, if empty)", "") or None,
            client_id=ask("Application (client) id (later, if empty)", "") or None,
            organisation=ask("Your organisation", example.organisation),
            sites=tuple(
                filter(
                    None, map(str.strip, ask("Its sites, the default one first", ", ".join(example.sites)).split(","))
                )
            ),
            store=Store(ask("Store: sqlite or postgresql", Store.SQLITE)),
            pipeline=Pipeline(ask("Pipelines: github, gitlab, azure or none", Pipeline.GITHUB)),
        )
    except ValueError as error:
        raise UsageError(f"{error}: one of the names in the question is meant.") from error


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
