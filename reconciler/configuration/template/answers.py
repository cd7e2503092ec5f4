"""What a person says of their own settings, put into the example's files in place of what stands there."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.errors import ReconcilerError

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&'()-]*(?<! )")
_STORE: Final = re.compile(r"^  url: sqlite:.*$", re.MULTILINE)


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
    """What is known when settings are written; what is None stays as in the example.

    The first of `sites` becomes the default site.
    """

    tenant_id: str | None = None
    client_id: str | None = None
    organisation: str | None = None
    sites: tuple[str, ...] | None = None
    store: Store = Store.SQLITE
    pipeline: Pipeline = Pipeline.GITHUB


@dataclass(frozen=True, slots=True)
class Example:
    """The names in the example that answers take the place of: its organisation, and its sites."""

    organisation: str
    sites: tuple[str, ...]


def check(answers: Answers) -> None:
    """Raise ReconcilerError when a name cannot be one of the catalogue's."""
    names = [*([] if answers.organisation is None else [answers.organisation]), *(answers.sites or ())]
    for name in names:
        if not name.strip() or name != name.strip() or "/" in name or not name.isprintable():
            raise ReconcilerError(
                f"{json.dumps(name)} cannot name an organisation or a site: it is empty, begins or ends with a space, "
                "or has a slash or a control character."
            )
    if answers.sites is not None and (not answers.sites or len(set(answers.sites)) != len(answers.sites)):
        raise ReconcilerError("Name at least one site, and each of them once.")


def answered(text: str, instance: str, answers: Answers, example: Example) -> str:
    """Return the text of an instance's example file with the answers in place; comments, order and the rest stay."""
    for key, value in (("tenantId", answers.tenant_id), ("clientId", answers.client_id)):
        if value:
            text = re.sub(rf"^{key}: \S+", f"{key}: {_scalar(value)}".replace("\\", r"\\"), text, flags=re.MULTILINE)
    if answers.store is Store.POSTGRESQL:
        text = _STORE.sub(f"  url: {{env: {_variable(instance)}}}", text)
    now = Example(answers.organisation or example.organisation, answers.sites or example.sites)
    return text if now == example else "".join(_with_names(text, example, now))


def _variable(instance: str) -> str:
    return "RECONCILER_STORE_URL" if instance == "prod" else f"RECONCILER_{instance.upper()}_STORE_URL"


def _with_names(text: str, before: Example, now: Example) -> Iterator[str]:
    """Yield a file's lines with other names; a look-up of sites gets a line for each site, once."""
    sites = "|".join(map(re.escape, before.sites))
    look_up = re.compile(rf"(\s+)({sites}): {re.escape(before.organisation)}/\2\n")
    looked_up = False
    for line in text.splitlines(keepends=True):
        if found := look_up.fullmatch(line):
            if not looked_up:
                looked_up = True
                yield from (
                    f"{found[1]}{_scalar(name)}: {_scalar(f'{now.organisation}/{name}')}\n" for name in now.sites
                )
        elif line.strip() == f"- name: {before.organisation}":
            yield line.replace(before.organisation, _scalar(now.organisation))
        elif line.strip() == f"sites: [{', '.join(before.sites)}]":
            yield line.replace(", ".join(before.sites), ", ".join(map(_scalar, now.sites)))
        else:
            yield _renamed(line, before, now)


def _renamed(line: str, before: Example, now: Example) -> str:
    for place, name in enumerate(before.sites):
        site = now.sites[min(place, len(now.sites) - 1)]
        line = line.replace(f"{before.organisation}/{name}", _scalar(f"{now.organisation}/{site}"))
        line = line.replace(f"officeLocation: {name},", f"officeLocation: {_scalar(site)},")
    return line


def _scalar(text: str) -> str:
    """Return a text as YAML: plain where nothing in it could mean something else."""
    words = text.replace("/", "")
    special = text.lower() in ("true", "false", "null", "yes", "no", "on", "off") or text.replace(".", "").isdigit()
    return text if _PLAIN.fullmatch(words) and not special else json.dumps(text, ensure_ascii=False)
