"""The site that each asset should be at, by its user as the plan leaves it (S1)."""

from collections.abc import Collection
from typing import Final

from reconciler.columnar import Column, take
from reconciler.model.snapshot import UNKNOWN
from reconciler.planning.attributes.comparison import Because, Desired
from reconciler.planning.attributes.rows import Rows
from reconciler.planning.rules.columns import KEEP
from reconciler.planning.users.directory import Directory
from reconciler.settings.imports import ImportsFile, SiteAllocation

SITE: Final = "site"


def desired_site(
    rows: Rows, users: Column, unknown: Collection[int], imports: ImportsFile, directory: Directory
) -> Desired | None:
    """Return the site of every row; None when the assets keep theirs.

    `users` are the assets' users as the plan leaves them, `unknown` the rows of which that is not known.
    """
    if imports.site_allocation is SiteAllocation.KEEP and not rows.new:
        return None
    sites = directory.sites()
    theirs = list(map(sites.get, users))
    column: Column = take({site: _with(imports, site) for site in set(theirs)}, theirs)
    if unknown and imports.site_allocation is not SiteAllocation.DEFAULT_SITE:
        instead = UNKNOWN if rows.new else KEEP
        column = [instead if row in unknown else site for row, site in enumerate(column)]

    def because(row: int) -> Because:
        if column[row] is UNKNOWN:
            return Because("the device's user is unknown", "S1")
        return Because(site_of(imports, users[row], directory)[1], "S1")

    return Desired(SITE, column, because, keeps_empty=True)


def site_of(imports: ImportsFile, user: int | None, directory: Directory) -> tuple[str | None, str]:
    """Return the site of an asset that has this user, and why; None when the site does not exist (S1)."""
    sites = directory.sites()
    site = sites.get(user) if user is not None else None
    if imports.site_allocation is SiteAllocation.DEFAULT_SITE:
        reason = "every asset is at the default site"
    elif user is None or user not in sites:
        reason = "it has no user: the default site"
    else:
        reason = "its user has no site: the default site" if site is None else "the site of its user"
    return _with(imports, site), reason


def _with(imports: ImportsFile, site: str | None) -> str | None:
    """Return the site of an asset whose user is at this one; None stands for no user, too."""
    by_user = imports.site_allocation is not SiteAllocation.DEFAULT_SITE
    return site if by_user and site is not None else imports.default_site
