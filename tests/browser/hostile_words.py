"""Forty strings that run as script if a page inserts them as HTML.

Each would open a dialog, or add an element that no page of Inkloop has.
"""

from __future__ import annotations

STRINGS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    "<svg><script>alert(4)</script></svg>",
    '"><script>alert(5)</script>',
    "'><img src=x onerror=alert(6)>",
    "</title><script>alert(7)</script>",
    "</textarea><svg/onload=alert(8)>",
    "</option></select><img src=x onerror=alert(9)>",
    "<iframe srcdoc='<script>parent.alert(10)</script>'>",
    "<iframe src=javascript:alert(11)>",
    "<a href=javascript:alert(12) data-planted>here</a>",
    "javascript:alert(13)",
    "<body onload=alert(14)>",
    "<input autofocus onfocus=alert(15)>",
    "<details open ontoggle=alert(16)>",
    "<video><source onerror=alert(17)>",
    "<audio src=x onerror=alert(18)>",
    "<math><mtext></table><img src=x onerror=alert(19)>",
    "<style>@import 'javascript:alert(20)'</style>",
    "<link rel=stylesheet href=data:text/css,*{display:none} data-planted>",
    "<base href=//evil.example/ data-planted>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(23)' data-planted>",
    "<form action=//evil.example data-planted><button>",
    "<object data=javascript:alert(25)>",
    "<embed src=javascript:alert(26)>",
    "<template shadowrootmode=open><script>alert(27)</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=alert(28)>">',
    "<!--><img src=x onerror=alert(29)>-->",
    "<scr<script>ipt>alert(30)</scr</script>ipt>",
    "<ScRiPt>alert(31)</sCrIpT>",
    "<img/src='x'/onerror='alert(32)'>",
    "&lt;img src=x onerror=alert(33)&gt;",
    "&#60;script&#62;alert(34)&#60;/script&#62;",
    "\u003cimg src=x onerror=alert(35)\u003e",
    "${alert(36)}{{constructor.constructor('alert(36)')()}}",
    "'-alert(37)-'\\';alert(37)//",
    "\u202e<img src=x onerror=alert(38)>\u2066",
    "<p style=position:fixed;inset:0 data-planted onmouseover=alert(39)>",
    "__proto__[innerHTML]=<img src=x onerror=alert(40)>",
)

# Runs in each page before its own scripts: records violations of the content policy.
WATCH = """
window.stopped = [];
addEventListener("securitypolicyviolation", (event) =>
  window.stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

# The values of form fields, which `innerText` does not include.
VALUES = """() => [...document.querySelectorAll("input, select")].map((one) => one.value).join()"""

# Elements that no page of Inkloop has: injected elements, inline handlers, inline scripts.
PLANTED = """() => [...document.querySelectorAll("*")].filter((element) =>
  element.getAttributeNames().some((name) => name.startsWith("on") || name === "data-planted") ||
  ["IFRAME", "OBJECT", "EMBED", "BASE", "VIDEO", "AUDIO", "TEMPLATE", "MATH"]
    .includes(element.nodeName.toUpperCase()) ||
  (element.nodeName.toUpperCase() === "SCRIPT" && !element.src) ||
  /^\\s*javascript:/i.test(element.getAttribute("href") ?? element.getAttribute("src") ?? "")
).map((element) => element.outerHTML.slice(0, 200))"""


def marked(field: str) -> list[str]:
    """The strings, each with the name of its field and its number, to identify it in a page."""
    return [f"{field}-{place}: {string}" for place, string in enumerate(STRINGS, start=1)]
