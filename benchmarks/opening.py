"""How soon a browser shows an HTML report: from the address to the page that can be searched."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.step import Facts

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def opened(report: str, chromium: str) -> Facts:
    """Open a report in a new Chromium; its start is not in the time, the page's own is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        page = browser.new_page()
        page.goto(Path(report).as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        milliseconds = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
        browser.close()
    return {"seconds": milliseconds / 1000}
