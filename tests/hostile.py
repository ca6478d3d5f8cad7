"""Texts that try to steer what shows them, and a model that is full of them."""

import unicodedata
from itertools import cycle, islice

import dilemma

STEERING = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mC1 \x9d0;title\x9c",
    "over\x08\x08\x08\x08\rwritten\x7f",
    "\u202eevil\u202c \u2066isolated\u2069 \u200fmark",
    "zero\u200bwidth\ufeff\u00ad",
    "line\u2028separator\u2029\x85\x0b\x0c",
    "\x00null",
]
MARKS = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]> -- --> & &amp;",
    "$\\input{/etc/passwd}$ \\write18{ls} $",
    r"$\foo_{\mathrm{J}}$ in a figure",
    r"$\href{javascript:alert(1)}{x}$ \(y\) \[z\]",
    "[1cm] after a line's end",
    "(lr) after a rule",
    ":smile: [b]",
    "*{3} % { } ~ ^ _ # & \\\\ \\",
    "[red]markup[/red] [/x] [link=http://evil]",
    "'\"`|",
    '=HYPERLINK("http://evil","x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-x",
    "@SUM(A1)",
    " \t=1+1",
    "two\nlines",
    "w" * 300,
    "/".join(["parts"] * 60),
]
LETTERS = ["שלום עולם", "السلام عليكم", "Ελληνικά", "日本", "🙂🎉", "Łódź, naïve, Großmacht"]
CORPUS = [*STEERING, *MARKS, *LETTERS]


def hostile(shift):
    """Return a model whose every text is one of the corpus; names are names."""
    text = islice(cycle(CORPUS), shift, None)
    told = lambda what: f"{next(text)}{what}"  # noqa: E731 -- told apart by what stands behind
    value = lambda v, low, high: {  # noqa: E731
        "value": v, "range": [low, high], "grade": "assumed", "source": told(""),
    }  # fmt: skip
    return dilemma.Model(
        name="hostile",
        title=told(""),
        kind="matrix",
        source=told(""),
        reads=told(""),
        players={
            "japan": {"actions": ["align", "hedge"], "title": told("1"), "unit": told("")},
            "us": {"actions": ["commit", "restrain"], "title": told("2"), "unit": told("")},
        },
        parameters={
            "D": {"range": [0, 10], "unit": told(""), "means": told("")},
            "p_J": {"range": [0, 1], "open": "low", "unit": told(""), "means": told("")},
        },
        definitions={"risk": {"is": "p_J*D/2", "unit": told(""), "means": told("")}},
        payoffs={
            "align, commit": {"japan": "D - risk", "us": "D - 1"},
            "align, restrain": {"japan": "0", "us": "D/2"},
            "hedge, commit": {"japan": "D", "us": "1/3"},
            "hedge, restrain": {"japan": "-D", "us": "0"},
        },
        outcomes={"close": {"is": "probability(japan, align)", "unit": told(""), "means": told("")}},
        common={"p_J": value("0.1", "0.05", "0.2")},
        eras={
            "then": {"title": told("3"), "D": value(8, 6, 10)},
            "now": {"title": told("4"), "D": value(4, 2, 6)},
        },
        claims={
            "nearer": {
                "says": told(""), "source": told(""), "label": told(""), "over": "pair",
                "holds": "now.close < then.close and p_J > 0",
            },
        },
        questions={"when": {"asks": told(""), "era": "then", "moves": "D"}},
    )  # fmt: skip


def steers(text):
    """Return the signs of text that steer a terminal; tabs and ends of lines do not."""
    return [
        sign
        for sign in text
        if sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
