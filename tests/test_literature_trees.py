"""Published trees: each proposition gets the verdict that its file expects, and an independent check.

The checks share no code with the package: closed forms of the literature, and backward induction or best
replies written out by hand, at random exact calibrations.
"""

import random
from fractions import Fraction
from itertools import product

import pytest

import dilemma

TREES = (
    "alliance_as_signal", "alliance_reliability", "brinkmanship", "escalation",
    "escalation_last_moves", "escalation_types", "general_deterrence", "moral_hazard",
    "rudimentary_deterrence", "stag_hunt_in_sequence", "sunk_costs", "tied_hands",
)  # fmt: skip
SEEDS = range(12)


@pytest.mark.slow
@pytest.mark.kept
@pytest.mark.parametrize("name", TREES)
def test_each_proposition_fares_as_its_file_says(name):
    found = dilemma.prove(name, seconds=180)
    assert {v.claim.label: v.status for v in found} == {v.claim.label: v.expected for v in found}, [
        v.reason for v in found if v.reason
    ]


def part(draw, low=0, high=1):
    """Draw an exact number strictly between two others."""
    return low + (high - low) * Fraction(draw.randint(1, 99), 100)


def outcomes(name, values):
    """Return the outcomes of every equilibrium that is listed at one calibration."""
    text = {key: str(value) for key, value in values.items()}
    return [equilibrium.outcomes for equilibrium in dilemma.solve(name, text)]


# --- escalation -------------------------------------------------------------------------------------


def escalating(draw):
    """Draw payoffs that are ordered as the source orders them, without ties."""
    c = sorted(draw.sample(range(100), 6), reverse=True)
    d = sorted(draw.sample(range(100), 6), reverse=True)
    last, middle, low = draw.sample(c[4:], 2), draw.sample(d[2:4], 2), draw.sample(d[4:], 2)
    return {
        "c_DC": c[0], "c_SQ": c[1], "c_ED": c[2], "c_DD": c[3], "c_EE": last[0], "c_DE": last[1],
        "d_SQ": d[0], "d_DE": d[1], "d_DD": middle[0], "d_DC": middle[1],
        "d_EE": low[0], "d_ED": low[1],
    }  # fmt: skip


def escalated(v):
    """Return where play ends, by backward induction written out."""
    end = "EE" if v["d_EE"] > v["d_ED"] else "ED"
    in_kind = end if v[f"c_{end}"] > v["c_DD"] else "DD"
    escalate = "EE" if v["c_EE"] > v["c_DE"] else "DE"
    answer = max(("DC", in_kind, escalate), key=lambda e: v[f"d_{e}"])
    return answer if v[f"c_{answer}"] > v["c_SQ"] else "SQ"


@pytest.mark.parametrize("seed", SEEDS)
def test_who_knows_everything_never_fights(seed):
    v = escalating(random.Random(seed))
    (found,) = outcomes("escalation", v)
    end = escalated(v)
    assert found[end] == 1
    hard = v["c_EE"] > v["c_DE"]
    firm = v["d_EE"] > v["d_ED"] and v["d_DD"] > v["d_DC"]
    assert end == ("SQ" if not hard or firm else "DC")


KINDS = ("HH", "HS", "SH", "SS")
STAY, GO = {"hard": 0, "soft": 0}, {"hard": 1, "soft": 1}


def after_a_challenge(v, reply, up):
    """Return what each of the defender's types gets by each answer, and a challenge's worth.

    ``reply`` says what each type does, ``up`` how often each type of challenger goes up.
    """
    q = {"hard": v["q"], "soft": 1 - v["q"]}
    worst = {"H": v["d_EE_hard"], "S": v["d_EE_soft"]}
    gets, worth = {}, {"hard": 0, "soft": 0}
    for kind in KINDS:
        last = v["d_EE_hard"] if kind[1] == "H" else v["d_ED"]
        limited = v["d_DD"] if kind[0] == "H" else v["d_DD_soft"]
        gets[kind] = {
            "concede": v["d_DC"],
            "escalate": q["hard"] * worst[kind[1]] + q["soft"] * v["d_DE"],
            "in_kind": sum(q[c] * (up[c] * last + (1 - up[c]) * limited) for c in q),
        }
        for c in q:
            in_the_end = v[f"c_EE_{c}"] if kind[1] == "H" else v["c_ED"]
            ends = {
                "concede": v["c_DC"],
                "escalate": v["c_EE_hard"] if c == "hard" else v["c_DE"],
                "in_kind": up[c] * in_the_end + (1 - up[c]) * v["c_DD"],
            }
            worth[c] += v[f"p_{kind}"] * ends[reply[kind]]
    return gets, worth


def replying(draw):
    """Draw beliefs and payoffs of the game with hidden types, in the order of the source."""
    c = sorted(draw.sample(range(1, 1000), 6))
    d = sorted(draw.sample(range(1, 1000), 6))
    v = dict(zip(("c_DE", "c_EE_hard", "c_DD", "c_ED", "c_SQ", "c_DC"), c, strict=True))
    v |= dict(zip(("d_ED", "d_EE_hard", "d_DD_soft", "d_DC", "d_DD", "d_DE"), d, strict=True))
    t, s, other = (part(draw) for _ in range(3))
    v |= {"c_EE_soft": 0, "d_EE_soft": 0, "q": part(draw), "t": t, "s": s}
    v |= {"p_HH": t * s, "p_HS": t * (1 - s), "p_SH": (1 - t) * other}
    return v | {"p_SS": (1 - t) * (1 - other)}


def assumed(label):
    """Return what a claim about escalation with hidden types assumes, as a function of values."""
    model = dilemma.load("escalation_types")
    (claim,) = (c for c in model.claims.values() if c.label == label)
    return lambda v: eval(claim.text["given"], {}, v)


def is_best(gets, reply):
    return all(own[reply[kind]] == max(own.values()) for kind, own in gets.items())


@pytest.mark.parametrize("seed", range(100))
def test_nobody_responds_just_where_conceding_is_best_for_all_four_types(seed):
    v = replying(random.Random(seed))
    nobody = dict.fromkeys(KINDS, "concede")
    gets, worth = after_a_challenge(v, nobody, GO)
    assert is_best(gets, nobody) == assumed("1.8 if")(v)
    assert min(worth.values()) > v["c_SQ"]


@pytest.mark.parametrize("seed", range(100))
def test_deterrence_rests_on_escalation_being_best_for_all_four_types(seed):
    v = replying(random.Random(seed))
    hawkish = dict.fromkeys(KINDS, "escalate")
    gets, worth = after_a_challenge(v, hawkish, STAY)
    assert is_best(gets, hawkish) or not assumed("1.9")(v)
    assert max(worth.values()) < v["c_SQ"]


@pytest.mark.parametrize("seed", range(100))
def test_a_limited_conflict_is_a_best_reply_of_all_types_where_it_is_claimed(seed):
    draw = random.Random(seed)
    v = next(v for v in (replying(draw) for _ in range(10_000)) if assumed("1.10")(v))
    limited = {"HH": "in_kind", "HS": "in_kind", "SH": "concede", "SS": "concede"}
    gets, worth = after_a_challenge(v, limited, STAY)
    assert is_best(gets, limited)
    assert v["s"] * v["c_EE_hard"] + (1 - v["s"]) * v["c_ED"] <= v["c_DD"]
    assert min(worth.values()) >= v["c_SQ"]


@pytest.mark.parametrize("seed", SEEDS)
def test_rudimentary_deterrence_has_a_threshold(seed):
    draw = random.Random(seed)
    a = sorted(draw.sample(range(100), 3))
    b = sorted(draw.sample(range(100), 4))
    v = dict(zip(("a_DD", "a_SQ", "a_DC"), a, strict=True))
    v |= dict(zip(("b_soft", "b_DC", "b_hard", "b_SQ"), b, strict=True)) | {"p": part(draw)}
    acts = v["p"] * v["a_DD"] + (1 - v["p"]) * v["a_DC"] - v["a_SQ"]
    for found in outcomes("rudimentary_deterrence", v):
        assert (found["hard_fights"], found["soft_fights"]) == (1, 0)
        assert acts == 0 or found["challenged"] == (acts > 0)


# --- signals ----------------------------------------------------------------------------------------


def told_apart(found):
    return [o for o in found if (o["s_R"], o["s_I"]) == (1, 0)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_sunk_costs_tell_types_apart_just_where_bluffing_would_not_pay(seed):
    draw = random.Random(seed)
    h, c, p, w = part(draw), part(draw), part(draw), part(draw, 0, 3)
    v, k = part(draw, 0, c), part(draw)
    found = outcomes("sunk_costs", {"h": h, "c": c, "p": p, "w": w, "v": v, "k": k})
    assert found
    assert bool(told_apart(found)) == ((1 - h) * v <= k <= (1 - h) * c)
    for o in found:
        assert o["s_I"] <= o["s_R"]
        assert o["s_I"] == 0 or k <= (1 - h) * v
        assert o["s_R"] == 0 or k <= (1 - h) * c


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_tied_hands_are_believed_as_the_closed_forms_say(seed):
    draw = random.Random(seed)
    h, c, p, w = part(draw), part(draw), part(draw), part(draw, 0, 3)
    v, a = part(draw, 0, c), part(draw)
    found = outcomes("tied_hands", {"h": h, "c": c, "p": p, "w": w, "v": v, "a": a})
    assert found
    for o in found:
        if a > c - v:
            assert o["quits"] == 0
            if h * c < v and p * w < 1 - p:
                assert (o["s_R"], o["s_I"]) == (1, 1)
            assert h * c <= v or o["s_I"] == 0
        elif a < c - v:
            assert h * a <= (1 - h) * v or o["s_I"] == 0
            if 0 < o["s_I"] < 1 and o["t_0"] == 1:
                assert o["t_s"] == v / (v + a)


@pytest.mark.parametrize("seed", range(100))
def test_tied_hands_bring_more_and_risk_more(seed):
    draw = random.Random(seed)
    h, c, p = part(draw), part(draw), part(draw)
    v = part(draw, 0, c)
    smallest = min(v * (1 - h) / h, c - v)
    nobody_bluffs = smallest == c - v
    tied = p * (1 - h * c) + ((1 - p) * (v - h * c) if nobody_bluffs else 0)
    assert nobody_bluffs == (h * c <= v)
    assert tied > p * (1 - h * c - (1 - h) * v)
    model = dilemma.load("tied_hands")
    given = {"h": h, "c": c, "p": p, "v": v, "a": smallest, "w": 1}
    values = model.values(model.calibration({n: str(x) for n, x in given.items()}))
    told = {s.name: value for s, value in values.items()}
    assert told["payoff_tied"] == tied
    assert told["war_tied"] == (h if nobody_bluffs else p * h)


# --- alliances --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_an_alliance_is_formed_only_if_it_changes_the_ally(seed):
    draw = random.Random(seed)
    p, q = sorted((part(draw), part(draw, Fraction(1, 1000), 1)))
    v = {
        "p": p,
        "q": q,
        "w_T": part(draw),
        "w_A": part(draw),
        "c_H": part(draw),
        "g": part(draw, 0, 2),
    }
    v |= {
        "r": part(draw),
        "k_T": part(draw, 0, Fraction(1, 10)),
        "k_A": part(draw, 0, Fraction(1, 10)),
    }

    def helps(*, allied):
        return v["g"] * (q - p) - v["c_H"] + (v["r"] if allied else 0) > 0

    def ends(*, allied):
        """Return the target's and the ally's payoffs, and whether there is an attack."""
        wins = q if helps(allied=allied) else p
        costs = (v["k_T"], v["k_A"]) if allied else (0, 0)
        if 1 - wins - v["w_A"] <= 0:
            return 1 - costs[0], v["g"] - costs[1], False
        lost = v["c_H"] if wins == q else v["r"] if allied else 0
        return wins - v["w_T"] - costs[0], v["g"] * wins - lost - costs[1], True

    with_one, without = ends(allied=True), ends(allied=False)
    formed = with_one[0] > without[0] and with_one[1] > without[1]
    for found in outcomes("general_deterrence", v):
        assert found["allied"] == formed
        assert found["attacked"] == (with_one if formed else without)[2]
    assert not formed or (not helps(allied=False) and helps(allied=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_aid_deters_or_turns_concessions_into_wars(seed):
    draw = random.Random(seed)
    p, c_A, c_T, tau, b = (part(draw) for _ in range(5))
    fights, gains = p - c_T + tau > 0, 1 - p - c_A > 0
    (found,) = outcomes("moral_hazard", {"p": p, "c_A": c_A, "c_T": c_T, "tau": tau, "b": b})
    assert found["war"] == (fights and gains)
    assert found["conceded"] == (not fights)
    assert found["in_crisis"] == (not fights or gains)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_an_alliance_is_a_signal_just_where_it_costs_enough(seed):
    draw = random.Random(seed)
    p, q = sorted((part(draw, 0, Fraction(9, 10)), part(draw, Fraction(1, 1000), Fraction(9, 10))))
    e, w = part(draw, 0, 1 - q), part(draw, 1 - q, 1 - p)
    c_i = part(draw)
    V_H, V_L = c_i / (q - p) + part(draw), c_i / (q + e - p) * part(draw)
    k = part(draw, 0, 2)
    v = {
        "t": part(draw),
        "V_H": V_H,
        "V_L": V_L,
        "k": k,
        "c_i": c_i,
        "p": p,
        "q": q,
        "e": e,
        "w": w,
    }
    found = outcomes("alliance_as_signal", v)
    apart = [o for o in found if (o["f_H"], o["f_L"]) == (1, 0)]
    assert bool(apart) == (V_L * (1 - p) <= k <= V_H * (1 - q) + c_i)
    assert all((o["allied"], o["alone"]) == (0, 1) for o in apart)


@pytest.mark.parametrize("seed", SEEDS)
def test_reliability_decides_who_is_attacked_and_war_lies_in_between(seed):
    draw = random.Random(seed)
    p, q = sorted((part(draw), part(draw, Fraction(1, 1000), 1)))
    rho, w_T, w_A = part(draw), part(draw), part(draw)
    wins = rho * q + (1 - rho) * p
    (found,) = outcomes(
        "alliance_reliability", {"p": p, "q": q, "rho": rho, "w_T": w_T, "w_A": w_A}
    )
    resists, gains = wins > w_T, wins < 1 - w_A
    assert found["attacked"] == (not resists or gains)
    assert found["war"] == (resists and gains)


# --- the security dilemma ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stag_hunt_in_sequence_is_no_dilemma(seed):
    draw = random.Random(seed)
    payoffs = sorted(draw.sample(range(-50, 50), 4), reverse=True)
    (found,) = outcomes(
        "stag_hunt_in_sequence", dict(zip(("CC", "DC", "DD", "CD"), payoffs, strict=True))
    )
    assert (found["both_cooperate"], found["retaliated"]) == (1, 1)


@pytest.mark.parametrize(("first", "second"), list(product((1, 3, 5, 7), (0, 2, 4))))
def test_who_can_bid_longer_prevails_without_a_crisis(first, second):
    """Resolve is an odd or an even number of halves of a rung, so that nothing ties."""
    f = Fraction(1, 10)
    resolve = {"I": f * first, "II": f * second + f / 2}
    last = {"I": max(n for n in range(9) if 2 * n * f <= resolve["I"]),
            "II": max(n for n in range(9) if n == 0 or (2 * n - 1) * f <= resolve["II"])}  # fmt: skip
    v = {"f": f}
    for who, high in resolve.items():
        v |= {f"w_{who}": 1, f"d_{who}": 0, f"s_{who}": 1 - high}
    (found,) = outcomes("brinkmanship", v)
    assert found["crisis"] == 0
    assert found["I_prevails"] == (last["I"] >= last["II"])
