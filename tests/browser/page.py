"""The operator's page in a real browser: used by keyboard, looked at by axe, narrow and wide, light and dark.

    page.py ADDRESS TRACED PARKED

ADDRESS is what `lapwing up` prints, with its key; TRACED is the reference of a notification whose trace is kept, and PARKED that of
the one parked event.
Every complaint is printed, and any of them is a failure.
"""

import shutil
import sys
from importlib.resources import files

from playwright.sync_api import sync_playwright

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()

# WCAG 2.2 AA is what public bodies are held to (Public Sector Bodies Accessibility Regulations 2018, as GOV.UK explains them).
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# The narrowest at which nothing may have to be scrolled sideways (WCAG 2.2, 1.4.10 Reflow), and a desk's.
SIZES = [(320, 640), (1280, 800)]


class Seen:
    """What was looked at, and what is wrong with it."""

    def __init__(self, page):
        self.page, self.wrong, self.looked_at = page, [], 0
        page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))

    def unless(self, holds, text):
        self.looked_at += 1
        if not holds:
            self.wrong.append(text)

    def judge(self, name):
        """Holds what is shown now to axe, in every size and colour."""
        for scheme in ("light", "dark"):
            for width, height in SIZES:
                self.page.emulate_media(color_scheme=scheme)
                self.page.set_viewport_size({"width": width, "height": height})
                where = f"{name}, {scheme}, {width} wide"
                too_wide = self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
                self.unless(not too_wide, f"{where}: it has to be scrolled sideways")
                # Not as a script of the page's: its policy lets none in.
                self.page.evaluate(AXE)
                found = self.page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
                self.unless(found["passes"], f"{where}: axe has looked at nothing")
                for violation in found["violations"]:
                    nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                    self.wrong.append(f"{where}: {violation['id']}: {violation['help']}: {nodes}")


def by_keyboard(page, reached, steps=200):
    """Goes from one thing to the next with Tab until `reached` has the focus, and says whether it ever does."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        if reached.evaluate("element => element === document.activeElement"):
            return True
    return False


def look(seen, page, address, traced, parked_reference):
    page.goto(address)
    seen.unless("key" not in page.url and page.url.endswith("/"), f"the key stays in the address: {page.url}")
    page.get_by_text("takes calls").wait_for()
    page.get_by_text("Receivers and calls").click()
    seen.judge("the page")

    # The numbers are fetched anew by themselves.
    page.evaluate("document.querySelector('#flow .rooms').dataset.before = 'yes'")
    page.locator("#flow .rooms[data-before]").wait_for(state="detached")

    row = page.locator("tr", has=page.get_by_text(traced, exact=True)).filter(has_text="Submit").first
    link = row.get_by_role("link")
    seen.unless(by_keyboard(page, link), "no trace can be reached by keyboard")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=traced).wait_for()
    bars = page.locator(".waterfall svg rect")
    seen.unless(bars.count() > 5 and all(bar.bounding_box()["width"] > 0 for bar in bars.all()), "no waterfall is drawn")
    summary = page.locator("summary").first
    seen.unless(by_keyboard(page, summary), "no span can be reached by keyboard")
    page.keyboard.press("Enter")
    page.get_by_text("rpc.method").first.wait_for()
    seen.judge("a trace")

    page.goto(page.url.split("/traces/")[0] + "/")
    parked = page.locator("#parked")
    seen.unless(parked_reference in parked.inner_text(), "the parked event is not listed")
    reason = parked.get_by_label("reason")
    seen.unless(by_keyboard(page, reason), "the reason cannot be reached by keyboard")
    page.keyboard.press("Enter")
    refused = reason.evaluate("element => element.validity.valueMissing && element === document.activeElement")
    seen.unless(refused, "it was sent without a reason")
    page.keyboard.type("the cause is mended")
    page.keyboard.press("Enter")
    page.get_by_text("None. Every event that was told could be handled.").wait_for()
    seen.judge("the page without what was parked")


def main(address, traced, parked):
    program = next(filter(None, map(shutil.which, ["chromium", "google-chrome"])), None)
    with sync_playwright() as playwright:
        # Tests may run as root, for whom Chromium has no sandbox. It is shown nothing but this page.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        seen = Seen(page)
        try:
            look(seen, page, address, traced, parked)
        finally:
            # Where something was waited for in vain, this may say why.
            for text in seen.wrong:
                print(text)
            browser.close()
    print(f"{seen.looked_at} things looked at, {len(seen.wrong)} wrong")
    sys.exit(1 if seen.wrong or seen.looked_at == 0 else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
