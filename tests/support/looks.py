"""What a browser can tell of one open page: whether everybody can use it, how wide it is, what
stands on paper, and whether one sees where the keyboard is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 320, "height": 640}
PAPER = {"width": 700, "height": 990}
"""About the inside of an A4 page."""

_SHOWN = """const shown = (one) => one.checkVisibility({visibilityProperty: true})
  && one.getBoundingClientRect().width > 1;"""


def _function(body: str) -> str:
    """A function for the page to run, which knows what is to be seen of it."""
    return f"() => {{ {_SHOWN} {body} }}"


_SEEN = _function("""
  const count = (selector) => [...document.querySelectorAll(selector)].filter(shown).length;
  const seen = new Map();
  const behind = (one) => {
    if (!one) return "";
    if (!seen.has(one)) {
      const {backgroundColor, backgroundImage, opacity, position} = getComputedStyle(one);
      const layers = [behind(one.parentElement)];
      if (backgroundColor !== "rgba(0, 0, 0, 0)") layers.push(backgroundColor);
      if (backgroundImage !== "none") layers.push(backgroundImage);
      if (opacity !== "1") layers.push(opacity);
      if (position === "absolute" || position === "fixed") layers.push(position, one.className);
      seen.set(one, layers.join("|"));
    }
    return seen.get(one);
  };
  window.shades = new Map();
  for (const one of document.querySelectorAll("body *")) {
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words && !one.matches("input, select, textarea") || !shown(one)) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(one);
    const shade = [color, fontSize, fontWeight, textShadow, behind(one)].join("|");
    if (!shades.has(shade)) shades.set(shade, []);
    shades.get(shade).push(one);
  }
  const faults = count("h1") === 1 ? [] : ["it has not one heading"];
  if (count(".site a[hreflang]") !== 3) faults.push("it does not lead to its other languages");
  return [faults, [...shades.keys()]];
""")
"""What is plainly wrong, and every shade in which something is written: all that a contrast depends
on, letters and what lies behind them up to the page itself."""

_AXE = """async ({whole, contrasts, anew}) => {
  const found = [];
  const run = async (where, what) => {
    // The frames here let no script run, so nothing in them would answer axe.
    const options = {resultTypes: ["violations"], iframes: false, ...what};
    const {violations} = await axe.run(where, options);
    for (const {id, nodes} of violations) found.push(`${id}: ${nodes[0].html.slice(0, 200)}`);
  };
  if (whole) await run(document, {rules: {"color-contrast": {enabled: contrasts}}});
  const include = anew.flatMap((shade) => shades.get(shade));
  if (include.length) await run({include}, {runOnly: ["color-contrast"]});
  return found;
}"""
_NO_ICONS = "CanvasRenderingContext2D.prototype.measureText = ({length}) => ({width: 30 * length});"
"""Without it axe takes Arabic, whose joined letters are narrower than they are alone, for the icons
of a font, and says nothing of its contrast."""
_good: dict[str, set[str]] = {"light": set(), "dark": set()}
"""The shades axe has found nothing against. Contrasts take most of its time, and do not change with
the language or the page: seen in one, they are not measured anew in the next."""

_ON_PAPER = _function("""
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
""")

_WANTS_SCRIPTS = _function("""
  const told = (one) => one.outerHTML.slice(0, 200);
  const found = [];
  if (document.querySelectorAll("h1").length !== 1) found.push("it has not one heading");
  for (const one of document.querySelectorAll("button[type=button], button[data-copies]")) {
    if (shown(one)) found.push(`only scripts can press ${told(one)}`);
  }
  for (const form of document.querySelectorAll("main form")) {
    // What is folded opens without scripts.
    const folded = (one) => one.closest("details:not([open])");
    const sends = [...form.querySelectorAll("button, [type=submit]")];
    if (!folded(form) && !sends.some((one) => shown(one) || folded(one))) {
      found.push(`only scripts can send ${told(form)}`);
    }
  }
  return found;
""")

_OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return drawn && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
_EXCESS = "[document.documentElement.scrollWidth - innerWidth, innerWidth]"


def prepare(context: "BrowserContext") -> None:
    """Let every page opened from now on know axe: `faults` needs it."""
    from axe_playwright_python.sync_playwright import Axe

    context.add_init_script(Axe().axe_script + _NO_ICONS)


def faults(page: "Page", *, again: bool = False) -> list[str]:
    """All that is wrong with a page: light and dark, wide and narrow, and on paper.

    `again`, where it was looked at in another language: paper is left out then, and of contrasts
    only those are measured that are not known to be good.
    """
    found = _too_wide(page) + _findings(page, "light", again)
    page.emulate_media(color_scheme="dark")
    found += _findings(page, "dark", again)
    if not again:
        found += [f"on paper: {fault}" for fault in _on_paper(page)]
    page.emulate_media(media="screen", color_scheme="light")
    _resize(page, NARROW)
    found += _too_wide(page)
    _resize(page, WIDE)
    return [f"{page.url}: {fault}" for fault in found]


def wants_of_scripts(page: "Page") -> list[str]:
    """What of a page is of no use in a browser without scripts."""
    return [f"{page.url}: {want}" for want in page.evaluate(_WANTS_SCRIPTS)]


def _findings(page: "Page", scheme: str, again: bool) -> list[str]:
    """What axe finds: all of it in the light, in the dark the contrasts that are new."""
    found, shades = page.evaluate(_SEEN)
    # What covers what, the same in the dark, is seen in the light of the first language.
    whole, contrasts = scheme == "light", scheme == "light" and not again
    anew = [] if contrasts else [shade for shade in shades if shade not in _good[scheme]]
    if whole or anew:
        found += page.evaluate(_AXE, {"whole": whole, "contrasts": contrasts, "anew": anew})
    if not found:
        _good[scheme].update(shades)
    return [f"{scheme}: {fault}" for fault in found]


def _on_paper(page: "Page") -> list[str]:
    """What prints badly, as dark as the screen may be."""
    page.emulate_media(media="print", color_scheme="dark")
    _resize(page, PAPER)
    return [*page.evaluate(_ON_PAPER), *_too_wide(page)]


def _too_wide(page: "Page") -> list[str]:
    more, width = page.evaluate(_EXCESS)
    return [f"{more} px too wide at {width}"] if more > 0 else []


def _resize(page: "Page", size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict will do


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
