"""The HTML page in a real browser: a driver page opens it from disk in a frame, acts on it, and tells what it sees."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fleet import report
from fleet.planner import Explanation
from fleet.plans.model import CatalogStamp, Lease, Plan, Schedule, WaitMinutes
from fleet.result import against, diff

pytestmark = pytest.mark.browser

EVIL = "<script>document.title='bad'</script>"
DRIVER = """<!doctype html><title>driver</title><pre id="seen"></pre>
<iframe src="report.html" style="width:%(width)dpx;height:900px"></iframe>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, find = selector => page.querySelector(selector);
  const all = selector => [...page.querySelectorAll(selector)];
  const rows = () => all("#table tbody tr").filter(row => !row.hidden).map(row => row.cells[0].firstChild.textContent);
  const write = (selector, text) => { find(selector).value = text; find(selector).dispatchEvent(new Event("input")); };
  let seen;
  try { seen = (() => { %(script)s })(); } catch (problem) { seen = { problem: String(problem) }; }
  document.getElementById("seen").textContent = JSON.stringify(seen);
});
</script>"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the driver gave back, and what the browser wrote to its console."""

    value: Any
    console: list[str]


@pytest.fixture
def browse(tmp_path):
    """`browse(page, script)` runs the script beside the page; `width` in pixels, more flags for the browser."""
    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need chromium: run scripts/install-chromium"

    def run(page: str, script: str, *flags: str, width: int = 1200) -> Seen:
        (tmp_path / "report.html").write_text(page, encoding="utf-8")
        driver = tmp_path / "driver.html"
        driver.write_text(DRIVER % {"width": width, "script": script}, encoding="utf-8")
        ran = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
             "--allow-file-access-from-files", "--enable-logging=stderr", "--log-level=0", *flags, "--dump-dom",
             driver.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        text = re.search(r'<pre id="seen">(.*?)</pre>', ran.stdout, re.DOTALL)
        assert text, ran.stdout + ran.stderr
        raw = text.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        console = re.findall(r"CONSOLE[^\]]*\] (.*)", ran.stderr)
        return Seen(json.loads(raw) if raw else None, console)

    return run


@pytest.fixture
def page(make):
    """A page with everything on it: changes, a plan, a Mac week, findings to fold, free and dear resources."""
    base = make.result([make.resource("small", 1)])
    resources = [make.resource("small", 1), make.resource(EVIL, 2), make.resource("large", 300), make.free("gratis")]
    findings = [make.finding("small", message=f"FT702 item-{n}") for n in range(10)]
    findings.append(make.finding(EVIL, "advisory", rule="x", id="FC105"))
    head = against(make.result(resources, findings), base)
    return report.html(head, changes=diff(base, head), plan=a_plan(), explanations=[an_explanation()])


def a_plan():
    busy = [3 if 8 <= hour % 24 < 20 else 0 for hour in range(168)]
    return Plan(
        name="shop", planned_on=date(2026, 12, 1), spec_sha256="a", status="optimal", monthly_usd=Decimal(1),
        catalog=CatalogStamp(as_of=date(2026, 10, 3), sha256="a", regions=["us-east-1"]), one_off_usd=Decimal(0),
        lower_bound_usd=Decimal(1), gap_percent=0, allocations=[], nodes=[], rejections=[], conflicts=[], quotas=[],
        assumptions=[], next_steps=[],
        schedules=[
            Schedule(
                workload="ios", instance_type="mac-m4.metal", needed=busy, leased=[3] * 168, always_on=3,
                leases=[Lease(start_hour=8, hours=36, count=3)], wait_minutes=WaitMinutes(p50=1, p95=2, p99=3),
            )
        ],
    )  # fmt: skip


def an_explanation():
    return Explanation(workload="ios", chosen=(), alternatives=(), rejections=())


def with_script(page, script):
    """The page with another script, which its content security policy allows."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = re.sub(r"<script>.*</script>", lambda _: f"<script>{script}</script>", page, flags=re.DOTALL)
    return re.sub(r"sha256-[^']+", f"sha256-{digest}", page)


SORTED = """
  const before = rows();
  all("#table th button")[0].click();
  const names = rows(), sort = find("#table th").getAttribute("aria-sort");
  const amount = all("#table th button").at(-1);
  amount.click(); const most = rows(); amount.click(); const least = rows();
  return { before, names, sort, most, least, said: find("#status").textContent };
"""


def test_it_loads_without_an_error_and_sorts(browse, page):
    seen = browse(page, SORTED)

    assert seen.console == []
    assert seen.value == {
        "before": ["large", EVIL, "small"],
        "names": [EVIL, "large", "small"],
        "sort": "ascending",
        "most": ["large", EVIL, "small"],
        "least": ["small", EVIL, "large"],
        "said": "Sorted by USD a month, lowest first",
    }


@pytest.mark.parametrize("broken", ['"use strict"; nonsense(', '"use strict"; throw new Error("broken");', ""])
def test_a_broken_script_does_not_pass(browse, page, broken):
    """The test above can fail: without its script the page neither sorts nor says so."""
    seen = browse(with_script(page, broken), SORTED)

    assert seen.value["names"] == seen.value["before"] == ["large", EVIL, "small", "gratis"]
    assert bool(seen.console) == bool(broken)


def test_a_script_that_is_not_its_own_does_not_run(browse, page):
    """Should an escape ever be forgotten, the content security policy holds."""
    foreign = page.replace(
        "</main>", "<script>document.title='bad'</script><img src=x onerror=document.title='bad'></main>"
    )
    seen = browse(foreign, "return page.title;")

    assert seen.value == "shop / dev: fleet"
    assert any("Content Security Policy" in line for line in seen.console)


def test_filtering_finds_every_word_and_says_how_many(browse, page):
    seen = browse(
        page,
        """
        write("#filter", "LARGE 300"); const one = rows(), said = find("#status").textContent;
        write("#filter", "gratis"); const free = rows();
        write("#filter", "nothing like it"); const none = rows();
        write("#filter", ""); const some = rows();
        find("#free").click(); const every = rows();
        return { one, said, free, none, some, every, shown: find("#shown").textContent };
        """,
    )

    assert seen.value == {
        "one": ["large"],
        "said": "Resources that match: 1",
        "free": ["gratis"],
        "none": [],
        "some": ["large", EVIL, "small"],
        "every": ["large", EVIL, "small", "gratis"],
        "shown": "4",
    }


def test_folding_and_the_filter_of_findings(browse, page):
    seen = browse(
        page,
        """
        const fold = find("details.group"), before = fold.open;
        fold.querySelector("summary").click(); const after = fold.open;
        write("#seek", "region-not ITEM-7");
        const left = all(".rule li").filter(item => !item.hidden && !item.closest(".rule").hidden).length;
        return { before, after, left, reopened: fold.open, lines: find("#table details").open };
        """,
    )

    assert seen.value == {"before": True, "after": False, "left": 1, "reopened": True, "lines": False}


def test_a_name_with_a_script_stays_text(browse, page):
    seen = browse(page, "return { title: page.title, scripts: all('script').length, text: page.body.textContent };")

    assert seen.value["title"] == "shop / dev: fleet"
    assert seen.value["scripts"] == 1
    assert seen.value["text"].count(EVIL) >= 4


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browse, page, width):
    """The page itself never scrolls sideways; wide tables scroll in their own region."""
    seen = browse(page, "const root = page.documentElement; return root.scrollWidth - root.clientWidth;", width=width)

    assert seen.value <= 0


CONTRAST = """
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = numbers(frame.contentWindow.getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  let worst = 21, where = "";
  for (const node of all("body *")) {
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())) continue;
    const front = numbers(frame.contentWindow.getComputedStyle(node).color), back = behind(node);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a), ratio = (high + 0.05) / (low + 0.05);
    if (ratio < worst) { worst = ratio; where = node.outerHTML.slice(0, 80); }
  }
  return { worst, where, back: behind(page.body) };
"""


@pytest.mark.parametrize(("flags", "back"), [((), [255, 255, 255]), (("--force-dark-mode",), [20, 23, 27])])
def test_every_text_has_the_contrast_of_wcag_aa(browse, page, flags, back):
    seen = browse(page, CONTRAST, *flags)

    assert seen.value["back"] == back
    assert seen.value["worst"] >= 4.5, seen.value


def test_it_can_be_used_with_a_keyboard_and_a_screen_reader(browse, page):
    seen = browse(
        page,
        """
        const act = all("a[href], button, input, summary").filter(node => node.tabIndex < 0);
        const inputs = all("input").filter(node => node.labels.length === 0);
        const pictures = all("svg").filter(node => !node.getAttribute("aria-label"));
        const levels = all("h1, h2, h3, h4").map(node => Number(node.tagName[1]));
        const jumps = levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1);
        const targets = all("a[href^='#']").filter(node => !page.getElementById(node.getAttribute("href").slice(1)));
        const button = find("#table th button"); button.focus();
        const roles = all("[role=table]").every(node => node.querySelectorAll("[role=columnheader]").length > 2);
        return {
          act: act.length, inputs: inputs.length, pictures: pictures.length, targets: targets.length, jumps, roles,
          ones: levels.filter(level => level === 1).length, focused: page.activeElement === button,
          lang: page.documentElement.lang, status: all("[role=status]").length,
        };
        """,
    )

    assert seen.value == {
        "act": 0, "inputs": 0, "pictures": 0, "ones": 1, "jumps": [], "targets": 0, "focused": True, "roles": True,
        "lang": "en", "status": 2,
    }  # fmt: skip


def test_it_asks_the_network_for_nothing(page):
    """Every address on the page is a link to follow, or an empty icon."""
    addresses = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)

    assert {re.split(r"[:#]", address)[0] for address in addresses} == {"data", "https", ""}
    assert re.findall(r"url\(|@import|<link(?! rel=\"icon\" href=\"data:,\")", page) == []
