"""A cheap phone: Debian's Chromium at 360 x 740 before the web as `tenggat up` serves it, on a database of its own.

`site` is a served home, `phone` opens pages of it, `looks_right` is what every page has to be.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tenggat.foundation import clock
from tests.conftest import Tenggat
from tests.scene import IN_TIME

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

MOST = 60 * 1024
"""Bytes that come over the network when a page is opened for the first time, all files together, compressed."""

NARROWEST, TOUCH = 320, 44
"""CSS pixels: the narrowest screen, and the least height of what a thumb has to hit."""

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@dataclass
class Site:
    """A home that is served: `home.run(...)` is the command in it."""

    home: Tenggat
    url: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Iterator[Site]:
    """A sandbox home of this module, served on 20 October 2020 until the module ends."""
    folder = tmp_path_factory.mktemp("site")
    name = f"site_{os.getpid()}_{time.monotonic_ns() % 10**9}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    home = Tenggat(folder / "home", make_conninfo(server_url, dbname=name))
    home.run("init", "--sandbox", check=0)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    said = folder / "web.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tenggat.webhooks", str(port)],
            env={
                **os.environ,
                "TENGGAT_HOME": str(home.home),
                "DATABASE_URL": home.url,
                clock.BORROWED: IN_TIME.isoformat(),
            },
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
        )
    try:
        _until_served(process, port, said)
        yield Site(home, f"http://127.0.0.1:{port}")
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(30)
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert "Traceback" not in said.read_text("utf-8")


def _until_served(process: "subprocess.Popen[bytes]", port: int, said: Path) -> None:
    end = time.monotonic() + 60
    while True:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, said.read_text("utf-8")
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, without a screen."""
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        pytest.skip("Chromium is not installed (apt-get install chromium): the pages are not looked at in a browser.")
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright keeps a loop in this thread, by which Django would take a test's own query for one in a coroutine.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Phone:
    """One phone with one page open, and what was loaded and complained of since it was last sent somewhere."""

    page: "Page"
    url: str
    language: str
    javascript: bool
    mistakes: list[str] = field(default_factory=list)
    loads: list["Request"] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the site as if for the first time."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.clearBrowserCache")
        session.detach()
        self.mistakes.clear()
        self.loads.clear()
        self.page.goto(self.url + path)

    def tap(self, name: str, role: Any = "link") -> None:
        """Touch a link, or with role="button" a button, and wait for the page that follows."""
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def says(self, text: str) -> bool:
        """Whether the page has a text, however its lines are broken."""
        shown = re.sub(r"\s+", " ", self.page.inner_text("body"))
        return text in shown

    def loaded(self, request: "Request") -> None:
        """Remember what came over the network."""
        self.loads.append(request)

    @property
    def weight(self) -> int:
        """Bytes of bodies that came over the network."""
        return sum(int(request.sizes()["responseBodySize"]) for request in self.loads)


Phones = Callable[..., Phone]


@pytest.fixture
def phone(browser: "Browser", site: Site) -> Iterator[Phones]:
    """Makes phones: phone(language="en", javascript=False)."""
    contexts = []

    def make(*, language: str = "id", javascript: bool = True, width: int = 360, height: int = 740) -> Phone:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=True,
            java_script_enabled=javascript,
            locale="en-US",  # as many phones in Indonesia are set; the pages are Indonesian all the same
        )
        if language != "id":
            context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        contexts.append(context)
        made = Phone(context.new_page(), site.url, language, javascript)
        made.page.on("console", lambda said: made.mistakes.append(said.text) if said.type == "error" else None)
        made.page.on("pageerror", lambda error: made.mistakes.append(str(error)))
        made.page.on("requestfinished", made.loaded)
        return made

    yield make
    for context in contexts:
        context.close()


def looks_right(phone: Phone, *, status: int = 200) -> None:
    """Accessible in light and dark, no complaint, nothing from elsewhere, light enough, and no sideways scrolling."""
    page = phone.page
    noise = [said for said in phone.mistakes if status == 200 or "status of" not in said]  # a 404 is told there, too
    assert noise == []
    assert all(request.url.startswith(phone.url) for request in phone.loads)
    assert phone.weight <= MOST, f"{page.url} weighs {phone.weight:,} bytes"
    assert page.get_attribute("html", "lang") == phone.language
    assert page.locator("h1").count() == 1
    if phone.javascript:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=_AXE).response["violations"]
            assert found == [], _told(scheme, found)
    assert _too_small(page) == []
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
    page.set_viewport_size(size)


def _told(scheme: str, found: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{scheme}: {one['id']}: {one['help']}: {node['html']}: {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    )


def _too_small(page: "Page") -> list[str]:
    """What can be pressed and is less high than a thumb needs; links inside a sentence are as high as their line."""
    found = page.locator("button:visible, a.button:visible, input:not([type=hidden]):visible, nav a:visible").all()
    small = []
    for one in found:
        box = one.bounding_box()
        kind = one.get_attribute("type")
        if box and box["height"] < TOUCH and kind not in {"radio", "checkbox"}:
            small.append(one.inner_text() or str(one.get_attribute("name")))
    return small


def picture(phone: Phone, name: str) -> None:
    """Write docs/screenshots/NAME.png, when TENGGAT_SCREENSHOTS=1."""
    if os.environ.get("TENGGAT_SCREENSHOTS") != "1":
        return
    PICTURES.mkdir(exist_ok=True)
    phone.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
