"""What a person says of their own settings, put into the example's files in place of what stands there."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.errors import ReconcilerError

_ORGANISATION: Final = "Contoso"
_SITES: Final = ("Head Office", "Leeds", "Remote")
_LOOK_UP: Final = re.compile(rf"(\s+)({'|'.join(_SITES)}): {_ORGANISATION}/\2\n")
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&'()-]*(?<! )")
_STORE: Final = re.compile(r"^  url: sqlite:///var/(\w+)\.db$", re.MULTILINE)


class Store(StrEnum):
    """Where the assets of a new environment live."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Pipeline(StrEnum):
    """The system whose pipelines are written."""

    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known when settings are written; what is not given stays as in the example.

    The first of `sites` becomes the default site.
    """

    tenant_id: str | None = None
    client_id: str | None = None
    organisation: str = _ORGANISATION
    sites: tuple[str, ...] = _SITES
    store: Store = Store.SQLITE
    pipeline: Pipeline = Pipeline.GITHUB


def check(answers: Answers) -> None:
    """Raise ReconcilerError when a name cannot be one of the catalogue's."""
    for name in (answers.organisation, *answers.sites):
        if not name.strip() or name != name.strip() or "/" in name or not name.isprintable():
            raise ReconcilerError(
                f"{json.dumps(name)} cannot name an organisation or a site: it is empty, begins or ends with a space, "
                "or has a slash or a control character."
            )
    if len(set(answers.sites)) != len(answers.sites) or not answers.sites:
        raise ReconcilerError("Name at least one site, and each of them once.")


def answered(text: str, answers: Answers) -> str:
    """Return an example file's text with the answers in place; comments, order and everything else stay."""
    if answers.tenant_id:
        text = re.sub(r"^tenantId: \S+", lambda _: f"tenantId: {_scalar(answers.tenant_id or '')}", text, flags=re.M)
    if answers.client_id:
        text = re.sub(r"^clientId: \S+", lambda _: f"clientId: {_scalar(answers.client_id or '')}", text, flags=re.M)
    if answers.store is Store.POSTGRESQL:
        text = _STORE.sub(lambda found: f"  url: {{env: {_variable(found[1])}}}", text)
    if (answers.organisation, answers.sites) != (_ORGANISATION, _SITES):
        text = "".join(_with_sites(text, answers))
    return text


def _variable(instance: str) -> str:
    return "RECONCILER_STORE_URL" if instance == "prod" else f"RECONCILER_{instance.upper()}_STORE_URL"


def _with_sites(text: str, answers: Answers) -> Iterator[str]:
    """Yield a file's lines with its organisation and sites; a look-up gets a line for each site, once."""
    looked_up = False
    for line in text.splitlines(keepends=True):
        if found := _LOOK_UP.fullmatch(line):
            if not looked_up:
                looked_up = True
                yield from (f"{found[1]}{_scalar(name)}: {_site(answers, name)}\n" for name in answers.sites)
        elif line.strip() == f"- name: {_ORGANISATION}":
            yield line.replace(_ORGANISATION, _scalar(answers.organisation))
        elif line.strip() == f"sites: [{', '.join(_SITES)}]":
            yield line.replace(", ".join(_SITES), ", ".join(map(_scalar, answers.sites)))
        else:
            yield _renamed(line, answers)


def _renamed(line: str, answers: Answers) -> str:
    for place, name in enumerate(_SITES):
        now = answers.sites[min(place, len(answers.sites) - 1)]
        line = line.replace(f"{_ORGANISATION}/{name}", _site(answers, now))
        line = line.replace(f"officeLocation: {name},", f"officeLocation: {_scalar(now)},")
    return line


def _site(answers: Answers, name: str) -> str:
    return _scalar(f"{answers.organisation}/{name}")


def _scalar(text: str) -> str:
    """Return a text as YAML: plain where nothing in it could mean something else."""
    words = text.replace("/", "")
    special = text.lower() in ("true", "false", "null", "yes", "no", "on", "off") or text.replace(".", "").isdigit()
    return text if _PLAIN.fullmatch(words) and not special else json.dumps(text, ensure_ascii=False)
