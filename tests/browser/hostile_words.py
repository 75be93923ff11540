"""Forty strings that would run as script where text is taken for HTML, and what to fill with them.

Each would raise a dialog, or leave an element that the page does not have by itself.
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

# Run in each page before its own scripts: what the policy stopped is remembered.
WATCH = """
window.stopped = [];
addEventListener("securitypolicyviolation", (event) =>
  window.stopped.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

# What is to be read in fields, which is no text of the page.
VALUES = """() => [...document.querySelectorAll("input, select")].map((one) => one.value).join()"""

# What a page of ours never has: elements that were planted, handlers or scripts in its HTML.
PLANTED = """() => [...document.querySelectorAll("*")].filter((element) =>
  element.getAttributeNames().some((name) => name.startsWith("on") || name === "data-planted") ||
  ["IFRAME", "OBJECT", "EMBED", "BASE", "VIDEO", "AUDIO", "TEMPLATE", "MATH"]
    .includes(element.nodeName.toUpperCase()) ||
  (element.nodeName.toUpperCase() === "SCRIPT" && !element.src) ||
  /^\\s*javascript:/i.test(element.getAttribute("href") ?? element.getAttribute("src") ?? "")
).map((element) => element.outerHTML.slice(0, 200))"""


def marked(field: str) -> list[str]:
    """The strings, each with the name of its field and its number, so that it is found again."""
    return [f"{field}-{place}: {string}" for place, string in enumerate(STRINGS, start=1)]
