"""Short browser names, so that people recognise their own sessions in a list."""

from __future__ import annotations

# The order matters: Edge's user agent contains Chrome's name, and Chrome's contains Safari's.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SAFARI = ("Safari/", "Safari")
# The order matters: Android's contains Linux, the iPhone's "like Mac OS X".
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
    """Return a name such as "Firefox, Windows"; None for programs and unknown browsers."""
    browser = _first(user_agent, (*BROWSERS, SAFARI))
    system = _first(user_agent, SYSTEMS)
    if browser is None:
        return None
    return browser if system is None else f"{browser}, {system}"


def _first(text: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in names if mark in text), None)
