"""The documentation's pages, as the package ships them."""

from pathlib import Path

import reconciler


def pages() -> dict[str, str]:
    """Return each page's name and title, sorted by name; a name may be written without its folder."""
    found = {path.relative_to(_folder()).with_suffix("").as_posix(): path for path in _folder().rglob("*.md")}
    return {name: _title(found[name].read_text("utf-8")) for name in sorted(found) if name != "index"}


def page(name: str) -> str | None:
    """Return a page's Markdown by its name, or by the last part of it where that is one page's alone; None if not."""
    names = [each for each in pages() if name in (each, each.rpartition("/")[2])]
    return (_folder() / f"{names[0]}.md").read_text("utf-8") if len(names) == 1 else None


def _title(text: str) -> str:
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")


def _folder() -> Path:
    """Return the folder of the pages: the package's own, else the checkout's."""
    package = Path(reconciler.__file__).resolve().parent
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"
