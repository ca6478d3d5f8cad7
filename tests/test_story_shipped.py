"""The paper's table and the shipped scenario, contradicted by no calibration.

What is proved is looked at anew at random: files are read as plain TOML, and models are solved by
:mod:`closed_forms`, which knows nothing of the package.
"""

import re
import tomllib
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import closed_forms
import dilemma
from dilemma.library import folder

pytestmark = [pytest.mark.slow, pytest.mark.kept]

BEFORE, AFTER = ERAS = ("cold_war", "post_cold_war")
DRAWS = 300


@cache
def plain(path):
    return tomllib.loads((folder() / f"{path}.toml").read_text(encoding="utf-8"))


TABLE, STORY = plain("tables/table1"), plain("scenarios/one_story")
CELLS = {(row, column): cell for row, own in TABLE["cells"].items() for column, cell in own.items()}
TOLD = [key for key, cell in CELLS.items() if "of" in cell]


def ends(row):
    return tuple(float(Fraction(str(end))) for end in row["range"])


def boxes(model, narrow=None):
    """Return each era's intervals as a model's file has them, and which are one draw for both."""
    common = plain(model).get("common", {})
    told = {}
    for era in ERAS:
        rows = {**common, **plain(model)["eras"][era], **(narrow or {}).get(era, {})}
        told[era] = {name: row for name, row in rows.items() if isinstance(row, dict)}
    return told, set(common) - {name for rows in (narrow or {}).values() for name in rows}


def pairs(model, shared, seed, narrow=None, draws=DRAWS):
    """Draw a calibration of each era; once in four from the corners of its box."""
    told, common = boxes(model, narrow)
    rng = np.random.default_rng(seed)
    for k in range(draws):
        pair = {}
        for era in ERAS:
            pair[era] = {
                name: rng.choice(ends(row)) if k % 4 == 0 else rng.uniform(*ends(row))
                for name, row in told[era].items()
            }
        for name in (*common, *shared):
            pair[AFTER][name] = pair[BEFORE][name]
        yield pair


def values(model, at, number):
    return [row[number] for row in getattr(closed_forms, model)(at)]


def of_cell(key):
    """Return a cell's model, number, shared parameters and boxes that are not those of the eras."""
    cell = CELLS[key]
    narrow = TABLE["boxes"].get(cell["of"], {})
    model, own = narrow.get("model", cell["of"]), narrow.get("eras")
    if "eras" in cell:  # each is based on one of the two, and says what is different
        own = {
            era: plain(model)["eras"][name] for era, name in zip(ERAS, cell["eras"], strict=True)
        }
    return model, cell["tells"], cell.get("shared", []), own


# --- the table -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table():
    return dilemma.trends()


def test_nine_cells_are_proved_one_is_measured_and_two_rest_on_an_assumption(table):
    assert table.count == {"proved": 9, "measured": 1, "assumed": 2, "open": 0}


def test_the_readme_shows_the_table(table):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- table1 -->\n```text\n(.*?)```", readme, re.DOTALL)[1]
    assert shown.rstrip() in str(table)


def test_every_cell_is_as_expected(table):
    assert [(c.row, c.column) for c in table.cells if not c.as_expected] == []
    assert {(c.row, c.column) for c in table.cells} == set(CELLS)
    assert len(CELLS) == 12


@pytest.mark.parametrize("key", TOLD, ids="-".join)
def test_numbers_at_the_centres_are_those_of_the_closed_forms(table, key):
    model, tells, _, narrow = of_cell(key)
    told, _ = boxes(model, narrow)
    for era, found in ((BEFORE, table[key].before), (AFTER, table[key].after)):
        centre = {name: float(Fraction(str(row["value"]))) for name, row in told[era].items()}
        expected = {round(value, 9) for value in values(model, centre, tells)}
        assert {round(float(value), 9) for value in found} == expected


@pytest.mark.parametrize("key", TOLD, ids="-".join)
def test_no_random_pair_of_calibrations_contradicts_up_or_down(table, key):
    cell = table[key]
    model, tells, shared, narrow = of_cell(key)
    ways = []
    for pair in pairs(model, shared, 5, narrow):
        before, after = (values(model, pair[era], tells) for era in ERAS)
        ways += [np.sign(b - a) for a, b in product(before, after)]
    assert len(ways) >= DRAWS
    if cell.trend == "MIXED":
        assert np.mean(np.array(ways) < 0) == pytest.approx(cell.falls, abs=0.05)
    else:
        assert set(ways) == {1 if cell.trend == "UP" else -1}


RATIO = {  # as the file gives the assumption
    ("security", "us_third"): lambda before, after: (
        after["v_J"] * before["v_K"] <= before["v_J"] * after["v_K"]
    ),
    ("diplomacy", "us_third"): lambda before, after: (
        after["v_J"] * before["v_K"] < before["v_J"] * after["v_K"]
    ),
}


@pytest.mark.parametrize("key", RATIO, ids="-".join)
def test_where_an_assumption_settles_a_cell_no_calibration_contradicts_it(table, key):
    assert table[key].settled == "DOWN"
    model, tells, shared, narrow = of_cell(key)
    met = 0
    for pair in pairs(model, shared, 6, narrow):
        if RATIO[key](*(pair[era] for era in ERAS)):
            met += 1
            before, after = (values(model, pair[era], tells) for era in ERAS)
            assert max(after) < min(before)
    assert met > 100


def test_mixed_cells_do_rise_somewhere_outside_the_assumption(table):
    """At the ends at which Japan gains most and others least."""
    for key in RATIO:
        assert table[key].trend == "MIXED"
        model, tells, _, narrow = of_cell(key)
        told, _ = boxes(model, narrow)
        most = {
            era: {
                name: ends(row)[(era == AFTER) == (name == "v_J")]
                if name in ("v_J", "v_K")
                else sum(ends(row)) / 2
                for name, row in told[era].items()
            }
            for era in ERAS
        }
        before, after = (values(model, most[era], tells) for era in ERAS)
        assert max(after) > min(before), key


# --- the scenario --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Return the shipped scenario with one of its causes: each of the others takes a minute more."""
    text = (folder() / "scenarios" / "one_story.toml").read_text(encoding="utf-8")
    head, *causes = re.split(r"(?m)^(?=\[causes\.)", text)
    (trade,) = [cause for cause in causes if cause.startswith("[causes.trade]")]
    path = tmp_path_factory.mktemp("story") / "one_story.toml"
    path.write_text(head + trade, encoding="utf-8")
    return dilemma.scenario(path)


def test_trade_alone_makes_support_less_likely_and_deterrence_thinner(story):
    assert story["less_support"].by == story["thinner_deterrence"].by == ("trade",)
    assert "trade" in story["less_support"].needs


LINKS = {
    "trade_war": lambda told: told["trade"]["x_U"],
    "trade_provocation": lambda told: told["trade"]["x_U"],
    "third_parties": lambda told: (1 - told["network"]["share"]) / told["network"]["share"],
    "american_initiatives": lambda told: (
        (1 - told["network"]["share"]) / (10 * told["network"]["share"])
    ),
    "japanese_initiatives": lambda told: (
        (1 - told["attention"]["share_of_us"]) / (10 * told["attention"]["share_of_us"])
    ),
    "past_threat": lambda told: told["assets"]["threat"],
    "past_cover": lambda told: told["assets"]["cover"],
}
MODELS = (
    "trade", "network", "attention", "triangle", "unlocked", "repeated", "consensus", "assets",
)  # fmt: skip


def drawn_for(k, model):
    """Draw a model in both eras, once in four from the corners."""
    narrow = TABLE["boxes"]["network"]["eras"] if model == "network" else None
    own = [claim for claim in STORY["claims"].values() if claim["of"] == model]
    shared = {name for claim in own for name in claim.get("shared", [])}
    some = list(pairs(model, shared, [k, MODELS.index(model)], narrow, draws=2))
    return some[min(k % 4, 1)]  # the first of them is a corner


def carried(k):
    """Draw all models in both eras, and carry numbers from one to the next: of each era, what is told."""
    rng = np.random.default_rng(k)
    drawn = {model: drawn_for(k, model) for model in MODELS}
    size = rng.uniform()  # of a promise, the same in both eras
    told = {era: {} for era in ERAS}
    for model, era in product(MODELS, ERAS):
        at = drawn[model][era] | ({"r": size} if model == "unlocked" else {})
        for link, row in STORY["links"].items():
            there = row.get("eras", dict(zip(ERAS, ERAS, strict=True))).get(era)
            if row["to"] == model and there:
                source = drawn[row["from"]][there] | told[there].get(row["from"], {})
                at[row["feeds"]] = LINKS[link]({row["from"]: source})
        found = getattr(closed_forms, model)(at)
        told[era][model] = {**at, **found[rng.integers(len(found))]}
    return told


HOLDS = {
    "more_attention": lambda b, a: a["x_J"] > b["x_J"],
    "worth_going_on": lambda b, a: a["reservation"] > b["reservation"],
    "deeper": lambda b, a: a["reach"] > b["reach"],
    "smaller_share": lambda b, a: a["share"] < b["share"],
    "slower": lambda b, a: a["delay"] > b["delay"],
    "closer_to_breaking": lambda b, a: a["critical"] > b["critical"],
    "less_support": lambda b, a: a["rho"] < b["rho"],
    "thinner_deterrence": lambda b, a: a["margin"] < b["margin"],
    "less_commitment": lambda b, a: a["a"] < b["a"],
    "unlocked_pays": lambda b, a: a["gain_us"] > b["gain_us"],
    "kept_for_history": lambda b, a: (a["kept"], a["founded"], b["founded"]) == (1, 0, 1),
}


@pytest.fixture(scope="module")
def stories():
    return [carried(k) for k in range(DRAWS)]


def test_links_and_claims_are_those_that_are_looked_at():
    assert set(STORY["links"]) == set(LINKS)
    assert set(STORY["claims"]) == set(HOLDS)


def test_what_is_carried_stays_inside_the_boxes_that_were_proved(story, stories):
    for one in story.fed:
        assert one.reached.how in ("proved", "given"), one.link
        low, high = float(one.reached.interval.low), float(one.reached.interval.high)
        for told in stories:
            assert low - 1e-9 <= told[one.era][one.model][one.parameter] <= high + 1e-9, one.link


def test_no_calibration_that_is_carried_through_contradicts_a_proved_claim(story, stories):
    proved = [one for one in story.claims if one.status == "proved"]
    assert proved
    for claim in proved:
        for told in stories:
            before, after = (told[era][claim.model] for era in ERAS)
            assert HOLDS[claim.name](before, after), claim.name


def test_refuted_claims_fail_somewhere_in_the_boxes(story):
    for claim in story.claims:
        if claim.status in ("mixed", "disproved"):
            assert claim.verdict.fails is not None
