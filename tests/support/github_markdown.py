"""Markdown as GitHub renders it, by GitHub's own renderer, taken apart for tests."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_ACTIVE = re.compile(
    r"@\w | \#\d | \bGH-\d | [a-z]+-\d | :[\w+-]+: | \$ | https?:// | www\. | \b[0-9a-f]{7,40}\b",
    re.VERBOSE | re.IGNORECASE,
)
"""What GitHub makes of the text after rendering, outside of code: mentions, references, emoji, formulas, commits."""


@dataclass
class Rendered(HTMLParser):
    """A rendered comment: its tags, with attributes where they have any, its texts within code and outside."""

    tags: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unbalanced: bool = False
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(" ".join([tag, *(name for name, _ in attrs)]))
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._open.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self.unbalanced |= not self._open or self._open.pop() != tag

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.code[-1] += data
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())

    def active(self) -> list[str]:
        """Return the texts outside of code and links in which GitHub would see more than text."""
        return [text for text in self.texts if _ACTIVE.search(text) and text not in self.links]


def html_of(markdown: str) -> str:
    """Return Markdown as HTML, raw HTML included."""
    return cmarkgfm.github_flavored_markdown_to_html(
        markdown, options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    )


def rendered(markdown: str) -> Rendered:
    """Return Markdown as GitHub renders it."""
    page = Rendered()
    page.feed(html_of(markdown))
    page.close()
    page.unbalanced |= bool(page._open)
    return page
