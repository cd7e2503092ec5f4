"""`reconciler plan --base REF`: what of a plan is caused by settings that REF does not have."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reconciler.cli.global_options import Global
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.run.plans.impact import Base


def base_settings(context: typer.Context, name: str, ref: str | None, impact_file: Path | None) -> "Base | None":
    """Return the environment as it is at REF, None without one; asked before the work tree's, which may lack it.

    Raises:
        UsageError: `--impact` stands without `--base`, the work tree deletes the environment, or REF can be none.
        ReconcilerError: the commit does not exist here.
    """
    if ref is None:
        if impact_file is not None:
            raise UsageError("--impact goes with --base REF: an impact is against the settings of another commit.")
        return None
    from reconciler.run.plans.impact import base_at  # noqa: PLC0415 - pydantic is heavy

    options: Global = context.obj
    return base_at(options.environments, name, ref, options.overlay)
