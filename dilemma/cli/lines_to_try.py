"""Lines to try, which stand below each command's help."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXAMPLES", "told"]

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "list": ("dilemma list", "dilemma list --json"),
    "show": ("dilemma show abandonment", "dilemma show cork --latex"),
    "propositions": ("dilemma propositions abandonment", "dilemma propositions hedging --json"),
    "solve": (
        "dilemma solve abandonment",
        "dilemma solve abandonment --era cold_war --at m_J=1/10",
        'dilemma solve cork --era "Cold War" --json',
    ),
    "select": (
        "dilemma select abandonment --era post_cold_war",
        "dilemma select abandonment --starts 0 --json",
    ),
    "compare": (
        "dilemma compare abandonment",
        "dilemma compare abandonment --eras post_cold_war,cold_war --draws 1000 --json",
    ),
    "prove": (
        "dilemma prove abandonment",
        "dilemma prove abandonment.C1.8 --verbose",
        'dilemma prove "abandonment.kap_J*phi_J <= phi_J"',
    ),
    "along": (
        "dilemma along abandonment m_J",
        "dilemma along abandonment m_J --era cold_war --shows D1_J",
    ),
    "statics": (
        "dilemma statics hedging --outcome x_J --parameter g_J",
        "dilemma statics hedging --era cold_war --outcome x_J --json",
    ),
    "attribute": (
        "dilemma attribute hedging x_J",
        "dilemma attribute abandonment support_us --select highest",
    ),
    "dynamics": ("dilemma dynamics cork", "dilemma dynamics cork --era post_cold_war --json"),
    "commitment": (
        "dilemma commitment cork --era cold_war",
        "dilemma commitment abandonment --leader us",
    ),
    "correlated": (
        "dilemma correlated abandonment",
        "dilemma correlated abandonment --era post_cold_war --json",
    ),
    "regions": (
        "dilemma regions abandonment --era post_cold_war --draws 1000",
        "dilemma regions abandonment m_J v_J --output map.png",
    ),
    "sweep": (
        "dilemma sweep abandonment m_J=0:0.5:21 v_J=0.1:0.5:9 --era post_cold_war",
        "dilemma sweep hedging g_J=0.8:1.1:31 --outcome x_J --output hedging.csv",
    ),
    "sensitivity": (
        "dilemma sensitivity hedging x_J --era post_cold_war",
        "dilemma sensitivity abandonment --points 256 --json",
    ),
    "identify": (
        "dilemma identify hedging x_J=0.3:0.4 --era post_cold_war",
        "dilemma identify abandonment support_us=1 support_japan=1 --seconds 0 --json",
    ),
    "measure-first": (
        "dilemma measure-first burden",
        "dilemma measure-first abandonment.C1.3 --points 256",
    ),
    "sample": (
        "dilemma sample abandonment --era post_cold_war --points 4096",
        "dilemma sample burden --seed 1 --play --json",
    ),
    "plot": (
        "dilemma plot replies abandonment --output replies.png",
        "dilemma plot waterfall hedging x_J --output waterfall.svg",
        "dilemma plot fold abandonment m_J --era post_cold_war",
    ),
    "classroom": (
        "dilemma classroom abandonment",
        "dilemma classroom abandonment hedging --output class.html",
    ),
    "table1": (
        "dilemma table1 --centres",
        "dilemma table1 --full",
        "dilemma table1 --output table1.png",
    ),
    "scenario": ("dilemma scenario", "dilemma scenario one_story --output story.html"),
    "demo": ("dilemma demo", "dilemma demo abandonment --era cold_war"),
    "convert": (
        "dilemma convert abandonment game.nfg --era cold_war",
        "dilemma convert abandonment mine.toml",
    ),
    "new": ("dilemma new my_model.toml", "dilemma new another.toml --json"),
}


def told(command: str) -> str:
    """Return a command's lines as its help shows them, each on a line of its own."""
    return "\n\n".join(["Examples:", *EXAMPLES[command]])
