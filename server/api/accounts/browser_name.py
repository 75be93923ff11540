"""Which browser it is, in a word or two, so that people know their own session in a list."""

from __future__ import annotations

# In this order: Edge calls itself Chrome too, and Chrome calls itself Safari.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SAFARI = ("Safari/", "Safari")
# Likewise: Android calls itself Linux, an iPhone says "like Mac OS X".
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str | None:
    """ "Firefox, Windows"; None for a program, or what nobody has heard of."""
    browser = _first(user_agent, (*BROWSERS, SAFARI))
    system = _first(user_agent, SYSTEMS)
    if browser is None:
        return None
    return browser if system is None else f"{browser}, {system}"


def _first(text: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in names if mark in text), None)
