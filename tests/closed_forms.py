"""The shipped models' numbers written out once more, from their theory and by brute force: no code of the package.

Each takes a calibration, a mapping of parameter to number, and returns what an outcome is in each equilibrium.
"""

from itertools import combinations, product
from math import sqrt

import numpy as np

PAIRS = list(combinations(range(4), 2))
GRAPHS = list(product((0, 1), repeat=len(PAIRS)))


def divided(first, other, congestion):
    """Return attention to the ally and to each of three others; nobody gets less than none."""
    total = (first + 3 * other) / (1 + 4 * congestion)
    ally, each = first - congestion * total, other - congestion * total
    if each >= 0 and ally >= 0:
        return ally, each
    if each < 0:  # all goes to the ally
        return first / (1 + congestion), 0.0
    return 0.0, other / (1 + 3 * congestion)


def attention(at):
    """What both do, and the shares of their allies."""
    told = {}
    for ally, other, mine, theirs, share in (
        ("v_J", "v_K", "x_J", "x_K", "share_of_japan"),
        ("w_U", "w_K", "y_U", "y_K", "share_of_us"),
    ):
        told[mine], told[theirs] = divided(at[ally], at[other], at["kappa"])
        told[share] = told[mine] / (told[mine] + 3 * told[theirs])
    return [told]


def gravity(at):
    """What two economies buy from each other is the product of their sizes."""
    us, japan, china = at["Y_U"], at["Y_J"], at["Y_C"]
    allies = 2 * us * japan
    return [
        {
            "m_J": us * japan,
            "m_C": us * china,
            "n_U": us * japan,
            "n_C": japan * china,
            "between_allies": allies,
            "at_old_prices": allies / at["price"] ** 2,
            "intensity": allies / (us + japan),
            "japan_to_china": japan / china,
            "us_to_china": us / china,
        }
    ]


def network(at):
    """What the hub gives Japan in each network that nobody wants to leave, of all 64."""
    linked = np.zeros((len(GRAPHS), 4, 4))
    for (i, j), column in zip(PAIRS, np.array(GRAPHS).T, strict=True):
        linked[:, i, j] = linked[:, j, i] = column
    pull = np.eye(4) + at["kappa"] - at["sigma"] * linked
    worth = np.array([at["v_J"], *[at["v_K"]] * 3])
    levels = np.linalg.solve(pull, np.broadcast_to(worth[:, None], (len(GRAPHS), 4, 1)))[..., 0]
    assert (levels > 0).all()
    paid = at["beta"] * levels + (at["b"] - at["f"]) * linked.sum(axis=2)
    place = {graph: k for k, graph in enumerate(GRAPHS)}
    return [
        {"x_J": levels[k, 0], "share": levels[k, 0] / levels[k].sum()}
        for k, graph in enumerate(GRAPHS)
        if _stable(graph, k, paid, place)
    ]


def _stable(graph, k, paid, place):
    for n, (i, j) in enumerate(PAIRS):
        other = place[(*graph[:n], 1 - graph[n], *graph[n + 1 :])]
        gains = paid[other][[i, j]] - paid[k][[i, j]]
        if graph[n] and (gains > 1e-12).any():  # one of them cuts it
            return False
        if not graph[n] and (gains > -1e-12).all() and (gains > 1e-12).any():  # both add it
            return False
    return True


def consensus(at):
    """What going on is worth: r - k + delta*E[max(s, R)] = R, by halving, s between mu - w and mu + w."""
    low, high = at["mu"] - at["w"], at["mu"] + at["w"]

    def beyond(reserve):
        if reserve <= low:
            best = at["mu"]
        elif reserve >= high:
            best = reserve
        else:
            best = reserve + (high - reserve) ** 2 / (4 * at["w"])
        return at["r_J"] + at["r_U"] - at["k"] + at["delta"] * best - reserve

    least, most = -1e4, 1e4  # what is beyond falls: its slope is between -1 and delta - 1
    for _ in range(100):
        middle = (least + most) / 2
        least, most = (middle, most) if beyond(middle) > 0 else (least, middle)
    chance = min(1.0, max(0.0, (high - least) / (2 * at["w"])))
    return [{"reservation": least, "efficiency": chance, "delay": 1 / chance - 1}]


def triangle(at):
    """Who has more at stake than a war is expected to cost gives support."""
    war = at["e_m"] + at["chi"] * at["x_U"]
    support = max(0.0, 1 - at["q"] * war / at["L"])
    japan = (1 - at["q"]) * at["z"] - at["q"] * at["m_J"]
    rival = at["q"] * at["m_C"] + (1 - at["q"]) * at["k_C"]
    firm = at["h"] / (at["h"] + at["l"] + japan) if at["l"] + japan > 0 else 1.0
    return [{"rho": support, "margin": support - max(firm, at["g"] / (at["g"] + rival))}]


def trade(at):
    """Commitment and assertiveness, each the best reply to the other."""
    value = at["B0"] + at["om"] * at["x_UJ"]
    pull, calm = at["tau"] * at["x_U"], at["bet"] - at["tau"] * at["x_J"]
    commitment = (value - pull * calm) / (1 + at["gam"] * pull)
    if calm + at["gam"] * commitment < 0:
        commitment = value
    return [{"a": max(0.0, commitment)}]


def repeated(at):
    """From which patience on any support lasts, and the deepest that does."""
    gain = at["threat"] + at["scope"]
    least = 2 * at["c"] * at["o"] / gain**2
    depth = 0.0
    if at["delta"] >= least:
        inner = (at["delta"] * gain) ** 2 - 2 * at["c"] * at["delta"] * at["o"]
        depth = (at["delta"] * gain + sqrt(max(0.0, inner))) / at["c"]
    return [{"critical": least, "reach": depth}]


def assets(at):
    """Keep, leave, found, stay: what is best by iterating values, whatever is best then."""
    pays = at["threat"] * (1 - at["cover"]) + at["scope"] - at["upkeep"]
    leaving = at["unwinding"] * at["intensity"] * at["past_threat"] * (1 - at["past_cover"])
    good, bad = at["change"] * at["luck"], at["change"] * (1 - at["luck"])
    goes_on, founding = 1 - at["change"], at["K"]
    allied = apart = 0.0
    for _ in range(4000):
        ally = pays + at["delta"] * (goes_on * allied - bad * leaving)
        alone = at["delta"] * (goes_on * apart - good * founding)
        kept, founded = ally >= alone - leaving, ally - founding >= alone
        allied, apart = max(ally, alone - leaving), max(ally - founding, alone)
    return [{"kept": float(kept), "founded": float(founded)}]


def unlocked(at):
    """What a promise of size r pays the United States over a full one, Japan's reply found on a finer and finer grid."""
    low, high = 0.0, 1.0
    for _ in range(6):
        y = np.linspace(low, high, 401)
        support = at["r"] * (1 - at["phi"] * y)
        challenged = (at["g"] + at["eta"] * y) * (1 - support)
        japan = at["z"] * y - y**2 / 2 - at["l"] * challenged * (1 - support)
        best = int(japan.argmax())
        step = (high - low) / 400
        low, high = max(0.0, y[best] - 2 * step), min(1.0, y[best] + 2 * step)
    cost = at["exposure_cost"] * at["x_U"]
    reply, backed, risk = y[best], support[best], challenged[best]
    us = -risk * (backed * at["e"] + (1 - backed) * at["lam"])
    us -= (cost + at["alp"] * backed * at["e"]) * reply
    return [{"gain_us": us + (cost + at["alp"] * at["e"]) * at["z"]}]
