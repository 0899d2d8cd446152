"""What a browser can tell of one open page: whether everybody can use it, how wide it is, what
stands on paper, and whether one sees where the keyboard is."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 320, "height": 640}
PAPER = {"width": 700, "height": 990}
"""About the inside of an A4 page."""
COLOURS = "color-contrast"
"""The one rule that can find something anew where nothing but the colours changed."""
_RUN = "options => axe.run({resultTypes: ['violations'], ...options})"

_SHADES = """() => {
  const told = new Set();
  for (const one of document.querySelectorAll("body *")) {
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words && !one.matches("input, select, textarea")) continue;
    const style = getComputedStyle(one);
    const layers = [style.color, style.fontSize, style.fontWeight, style.textShadow];
    for (let behind = one; behind; behind = behind.parentElement) {
      const {backgroundColor, backgroundImage, opacity, position} = getComputedStyle(behind);
      if (backgroundColor !== "rgba(0, 0, 0, 0)") layers.push(backgroundColor);
      if (backgroundImage !== "none") layers.push(backgroundImage);
      if (opacity !== "1") layers.push(opacity);
      if (position === "absolute" || position === "fixed") layers.push(position, behind.className);
    }
    told.add(layers.join("|"));
  }
  return [...told];
}"""
"""All that a contrast depends on: letters, and what lies behind them up to the page itself."""
_good: dict[str, set[str]] = {"light": set(), "dark": set()}
"""What axe has found nothing against. Colours take most of its time, and do not change with the
language: seen in one, they are not measured anew in the next."""

_ON_PAPER = """() => {
  const shown = (one) => one.checkVisibility({visibilityProperty: true})
    && one.getBoundingClientRect().width > 1;
  const found = [];
  for (const one of document.querySelectorAll("nav, button, input, select, textarea, .skip")) {
    if (shown(one)) found.push(`${one.outerHTML.slice(0, 90)} is of no use on paper`);
  }
  for (const one of document.querySelectorAll("section.part")) {
    const head = one.querySelector("h2")?.innerText;
    const empty = one.innerText.trim() === head && !one.querySelector("iframe, svg");
    if (shown(one) && empty) found.push(`nothing stands below ${head}`);
  }
  const light = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
    return alpha === 0 ? 255 : (red + green + blue) / 3;
  };
  for (const one of document.querySelectorAll("body, body *")) {
    if (!shown(one) || one.closest("svg, iframe")) continue;
    const style = getComputedStyle(one);
    if (light(style.color) > 80) found.push(`${one.outerHTML.slice(0, 90)} is pale on paper`);
    if (light(style.backgroundColor) < 240) found.push(`${one.outerHTML.slice(0, 90)} is dark`);
    const cut = style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    if (cut && !one.closest(".unseen")) found.push(`${one.outerHTML.slice(0, 90)} is cut off`);
  }
  return found;
}"""

_OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return drawn && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def prepare(context: "BrowserContext") -> None:
    """Let every page opened from now on know axe: `faults` needs it."""
    from axe_playwright_python.sync_playwright import Axe

    context.add_init_script(Axe().axe_script)


def faults(page: "Page", *, again: bool = False) -> list[str]:
    """All that is wrong with a page: light and dark, wide and narrow, and on paper.

    `again`, where it was looked at in another language: paper is left out then, and of contrasts
    only those are measured that are not known to be good.
    """
    found = [] if page.locator("h1:visible").count() == 1 else ["it has not one heading"]
    if page.locator(".site a[hreflang]:visible").count() != 3:
        found.append("it does not lead to its other languages")
    found += _findings(page, again)
    if not again:
        found += [f"on paper: {fault}" for fault in _on_paper(page)]
    return [f"{page.url}: {fault}" for fault in found + _too_wide(page)]


def _findings(page: "Page", again: bool) -> list[str]:
    """What axe finds: all of it in the light, the colours in the dark as well."""
    found: list[str] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        shades = set(page.evaluate(_SHADES))
        # What covers what, the same in the dark, is seen in the light of the first language.
        measured = not shades <= _good[scheme] or (scheme == "light" and not again)
        rules: dict[str, Any] = {"rules": {COLOURS: {"enabled": measured}}}
        if scheme == "dark":
            if not measured:
                continue
            rules = {"runOnly": [COLOURS]}
        findings = page.evaluate(_RUN, rules)["violations"]
        found += [
            f"{scheme}: {finding['id']}: {finding['nodes'][0]['html'][:200]}"
            for finding in findings
        ]
        if not findings:
            _good[scheme] |= shades
    return found


def _on_paper(page: "Page") -> list[str]:
    """What prints badly, as dark as the screen may be."""
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]  # a dict will do
    found = [*page.evaluate(_ON_PAPER), *_wider(page)]
    page.emulate_media(media="screen", color_scheme="light")
    return found


def _too_wide(page: "Page") -> list[str]:
    found = []
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict will do
        found += _wider(page)
    return found


def _wider(page: "Page") -> list[str]:
    more = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{more} px too wide at {page.evaluate('window.innerWidth')}"] if more > 0 else []


class Keyboard:
    """Somebody without a mouse, who has to see where they are."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def go(self, selector: str, *, most: int = 150) -> None:
        """Press Tab until the focus is on what is wanted; at every step it can be seen."""
        wanted = "selector => document.activeElement.matches(selector)"
        for _step in range(most):
            if self.page.evaluate(wanted, selector):
                return
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement !== document.body"):
                shown = self.page.evaluate(_OUTLINE)
                here = self.page.evaluate("document.activeElement.outerHTML")
                assert shown, f"the focus cannot be seen on {here[:200]}"
        raise AssertionError(f"the keyboard does not reach {selector} on {self.page.url}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Go there and press; wait for the page that comes."""
        self.go(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type(self, selector: str, words: str) -> None:
        """Go there and type."""
        self.go(selector)
        self.page.keyboard.type(words)
