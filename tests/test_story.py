"""Tables of trends and scenarios: small games whose answers are known, and mistakes in their files."""

import json
import tomllib

import numpy as np
import pytest

import dilemma
from dilemma import figures
from dilemma.errors import CalibrationError, ModelError, UnknownModelError
from dilemma.library import folder
from small_stories import AFTER, BEFORE, CLAIMS, FED, HUMP, ONE, STORY, TABLE, chain, games, saved
from words_drawn import check_words

# --- files ---------------------------------------------------------------------------------------


def decided(path, **how):
    return dilemma.trends(path, workers=1, **how)


def told(path, **how):
    return dilemma.scenario(path, workers=1, **how)


# --- tables of trends ----------------------------------------------------------------------------

CELLS = """
[boxes.part]
model   = "difference"
because = "burdens are small"

[boxes.part.eras.before]
b = { value = 1, range = [0.9, 1], grade = "assumed", source = "a test" }

[boxes.part.eras.after]
b = { value = 0.5, range = [0, 0.5], grade = "assumed", source = "a test" }

[cells.up.model]
of     = "worth"
tells  = "x"
expect = "up"
paper  = { says = "it rises", trend = "up" }

[cells.up.measured]
expect   = "up"
measured = { unit = "%", before = 1, after = 2, source = "a test" }

[cells.down.model]
of     = "worth"
tells  = "left"
expect = "down"
derived = false
note   = "what is left over"
paper  = { says = "it rises", trend = "up" }

[cells.down.both]
of     = "two_causes"
tells  = "x"
expect = "up"
measured = { unit = "kg", before = 3, after = 2, source = "a test" }

[cells.mixed.model]
of     = "difference"
tells  = "x"
expect = "mixed"
settled = { given = "after.b <= before.b and after.a > before.a", says = "burdens have not grown", trend = "up" }

[cells.mixed.narrow]
of     = "part"
tells  = "x"
expect = "mixed"

[cells.mixed.shared]
of     = "difference"
tells  = "x"
shared = ["b"]
expect = "mixed"
"""
HEAD = (
    TABLE.replace('one = "One"\ntwo = "Two"', "")
    .replace("[rows]", "[rows]\nup = 'Up'\ndown = 'Down'\nmixed = 'Mixed'")
    .replace(
        "[columns]",
        "[columns]\n" + "\n".join(f"{c} = '{c}'" for c in ("model", "measured", "both", "narrow", "shared")),
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    games(folder)
    return decided(saved(folder, HEAD + CELLS, "sorts.toml"))


def test_what_rises_at_every_pair_of_calibrations_is_up_and_proved(table):
    assert table["up", "model"].words == "UP, proved"


def test_what_falls_at_every_pair_is_down(table):
    assert table["down", "model"].words == "DOWN, proved"


def test_numbers_at_the_centres_stand_beside_it(table):
    assert table["up", "model"].centres == "3.5 to 5.5"
    assert table["down", "model"].centres == "5.5 to 3.5"


def test_a_mixed_cells_share_is_that_of_brute_force(table):
    rng = np.random.default_rng(1)
    before, after = (
        rng.uniform(*box["a"], 200_000) - rng.uniform(*box["b"], 200_000) for box in (BEFORE, AFTER)
    )
    cell = table["mixed", "model"]
    assert cell.trend == "MIXED"
    assert cell.rises == pytest.approx((after > before).mean(), abs=0.04)
    assert cell.falls == pytest.approx((after < before).mean(), abs=0.04)


def test_an_assumption_settles_a_mixed_cell(table):
    cell = table["mixed", "model"]
    assert (cell.settled, cell.assumption) == ("UP", "burdens have not grown")
    assert cell.words.endswith("; UP if settled")


def test_one_draw_for_both_eras_is_less_mixed(table):
    """Of a alone: it falls on one eighth of the pairs."""
    cell = table["mixed", "shared"]
    assert cell.falls == pytest.approx(1 / 8, abs=0.03)
    assert cell.falls < table["mixed", "model"].falls


def test_what_is_built_into_narrower_boxes_is_told(table):
    narrow = table["mixed", "narrow"]
    assert narrow.narrowed == "burdens are small"
    assert narrow.centres == "4 to 5.5"
    assert narrow.rises > table["mixed", "model"].rises


def test_causes_are_enough_alone_or_not(table):
    alone_enough = {cause.name: cause.alone for cause in table["down", "both"].causes}
    assert alone_enough == {"gain": True, "loss": False}


def test_a_measured_cell_needs_no_model(table):
    cell = table["up", "measured"]
    assert (cell.words, cell.model, cell.measured.way) == ("UP, measured", "", "up")


def test_what_was_measured_may_go_the_other_way(table):
    cell = table["down", "both"]
    assert (cell.trend, cell.measured.way) == ("UP", "down")


def test_the_papers_entry_is_compared(table):
    agrees = [table[key].agrees for key in (("up", "model"), ("down", "model"), ("up", "measured"))]
    assert agrees == [True, False, None]


def test_cells_are_counted_by_what_they_rest_on(table):
    assert table.count == {"proved": 3, "measured": 1, "assumed": 1, "open": 2}
    assert table.as_expected


def test_json_latex_and_html_come_out(table):
    plain = json.loads(table.to_json())
    cells = {(cell["row"], cell["column"]): cell for cell in plain["cells"]}
    assert cells["mixed", "model"]["rises"] == table["mixed", "model"].rises
    assert cells["up", "model"]["verdicts"][0]["status"] == "proved"
    assert r"\begin{tab" in table.to_latex()
    for text in (table.to_latex(), table.to_html()):
        assert "burdens have not grown" in text


def test_a_cell_that_is_not_there_is_refused(table):
    with pytest.raises(CalibrationError, match="no cell"):
        table["up", "narrow"]


# --- its picture ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def picture(table):
    return dilemma.plot(table)


def drawn(figure, gid):
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def written(figure, gid):
    (text,) = drawn(figure, gid)
    return text.get_text().replace("\n", " ")


def test_no_words_of_the_picture_overlap_or_leave_the_sheet(picture):
    check_words(picture)


def test_every_cell_has_a_band_with_its_trend(picture, table):
    for cell in table.cells:
        assert written(picture, f"trend {cell.row} {cell.column}").endswith(cell.trend)


def test_the_band_of_a_mixed_cell_is_split_by_shares(picture, table):
    cell = table["mixed", "model"]
    widths = {part: drawn(picture, f"{part} mixed model")[0].get_width() for part in ("UP", "DOWN")}
    assert widths["UP"] / widths["DOWN"] == pytest.approx(cell.rises / cell.falls)


def test_up_and_down_differ_by_more_than_colour(picture):
    assert not drawn(picture, "UP up model")[0].get_hatch()
    assert drawn(picture, "DOWN down model")[0].get_hatch()


def test_what_was_only_measured_is_an_outline(picture):
    (band,) = drawn(picture, "measured up measured")[:1]
    assert band.get_facecolor() == (1, 1, 1, 1)
    assert not drawn(picture, "UP up measured")


def test_the_picture_tells_what_stands_behind_a_cell(picture):
    assert written(picture, "centres up model") == "3.5 to 5.5"
    assert written(picture, "how down model") == "proved [put in]"
    assert written(picture, "settled mixed model") == "▲ UP, proved, if burdens have not grown"
    assert written(picture, "enough down both") == "enough alone: gain"
    assert written(picture, "paper up model") == "the paper: “it rises”"
    assert written(picture, "paper up measured") == "the paper: no entry"
    assert "difference, on boxes narrower than its own: burdens are small." in written(
        picture, "notes"
    )


# --- at the centres, and in plain words -----------------------------------------------------------


def plain_words(found):
    return [row for (row,) in found.brief()[-1].rows]


@pytest.fixture(scope="module")
def centres(tmp_path_factory):
    folder = tmp_path_factory.mktemp("centres")
    games(folder)
    return dilemma.trends(saved(folder, HEAD + CELLS), decide=False, cache=False)


def test_at_the_centres_nothing_is_decided_and_every_number_is_the_one_of_the_table(centres, table):
    assert not any(cell.verdicts for cell in centres.cells)
    assert [(c.before, c.after) for c in centres.cells] == [
        (c.before, c.after) for c in table.cells
    ]
    assert {c.how for c in centres.cells if c.tells} == {"at the centres"}
    assert centres.count["proved"] == 0


def test_what_is_proved_to_rise_rises_at_the_centres(centres, table):
    proved = [cell for cell in table.cells if cell.how == "proved"]
    assert proved
    for cell in proved:
        assert centres[cell.row, cell.column].trend == cell.trend


def test_no_cause_is_known_where_nothing_was_decided(centres):
    causes = [cause for cell in centres.cells for cause in cell.causes]
    assert causes
    assert {cause.alone for cause in causes} == {None}


def test_plain_words_say_each_number_before_and_after(tmp_path):
    games(tmp_path)
    words = '[plain]\nup = "More"\n[plain.columns]\none = "of all"\n'
    cell = ONE.replace("[cells.row.one]", '[cells.row.one]\ncalled = "the effort"')
    found = dilemma.trends(saved(tmp_path, cell + words), decide=False)
    # x is what it is worth: 3.5 in the middle of [3, 4], 5.5 in that of [5, 6]
    assert plain_words(found)[0] == "More of all: the effort (3.5 → 5.5)."


def test_plain_words_say_what_is_not_proved(centres, table):
    assert plain_words(centres)[-1].startswith("At central values, nothing proved")
    assert plain_words(table)[-1].startswith(f"{table.count['proved']} proved, 1 measured only")


def test_numbers_of_a_column_that_go_both_ways_each_say_theirs(tmp_path):
    games(tmp_path)
    other = '[cells.two.one]\nof = "worth"\ntells = "left"\nexpect = "down"\n'
    text = ONE.replace('row = "Row"', 'row = "Row"\ntwo = "Two"') + other
    (words, *_) = plain_words(dilemma.trends(saved(tmp_path, text), decide=False))
    assert words == "Both ways One: x (3.5 → 5.5) up, left (5.5 → 3.5) down."


def test_words_for_a_column_that_is_none_are_refused(tmp_path):
    games(tmp_path)
    with pytest.raises(ModelError, match=r"no column 'oen'(?s:.*)did you mean 'one'"):
        dilemma.trends(saved(tmp_path, ONE + '[plain.columns]\noen = "of all"\n'))


def test_detail_is_shown_on_request(typed, small):
    brief, full = (typed("table1", small, "--centres", *more).out for more in ((), ("--full",)))
    assert "What stands behind each cell" not in brief
    assert "What stands behind each cell" in full
    assert brief.splitlines()[-1] == full.splitlines()[-1]


# --- what a table's command says -----------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    games(tmp_path)
    return saved(tmp_path, ONE)


def test_a_table_as_expected_exits_0(typed, small):
    code, out, _ = typed("table1", small, "--workers", 1)
    assert code == 0
    assert "UP, proved" in out


def test_otherwise_than_expected_exits_1(typed, small):
    saved(small.parent, ONE.replace('"up"', '"down"'))
    code, out, _ = typed("table1", small, "--workers", 1)
    assert code == 1
    assert "UP, proved" in out


def test_a_settled_cell_whose_assumption_is_not_enough_is_not_as_expected(small):
    of = 'of = "difference"\ntells = "x"\nexpect = "mixed"\n'
    rule = 'settled = { given = "after.a > before.a", says = "worth has grown", trend = "up" }\n'
    cell = decided(saved(small.parent, f"{TABLE}[cells.row.one]\n{of}{rule}"))["row", "one"]
    assert (cell.trend, cell.settled, cell.as_expected) == ("MIXED", "", False)


def test_what_runs_out_of_time_is_not_known_and_no_success(small):
    found = decided(small, seconds=1e-6)
    cell = found["row", "one"]
    assert (cell.trend, cell.as_expected, found.count["open"]) == ("not known", False, 1)
    assert "not decided" in cell.how
    assert not any(cause.alone for cause in cell.causes)
    figure = figures.plot(found)
    check_words(figure)
    assert drawn(figure, "not known row one")
    assert not drawn(figure, "UP row one")


@pytest.mark.parametrize("ending", ["html", "tex", "json", "png", "svg"])
def test_a_table_is_written_to_the_file_that_was_asked_for(typed, small, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    assert typed("table1", small, "-o", path, "--workers", 1).out == f"written: {path}\n"
    begins = {
        "html": b"<!doctype",
        "tex": b"% Pack",
        "json": b"{",
        "png": b"\x89PNG",
        "svg": b"<?xml",
    }
    assert path.read_bytes().startswith(begins[ending])


def test_a_file_of_another_kind_is_refused_before_anything_is_decided(typed, small):
    ran = typed("table1", small, "-o", "table.docx")
    assert ran.code == 2
    assert ".docx" in ran.err


def test_no_such_table(tmp_path):
    with pytest.raises(UnknownModelError, match="did you mean 'table1'"):
        dilemma.trends("table")
    with pytest.raises(UnknownModelError, match="no table of trends at"):
        dilemma.trends(tmp_path / "none.toml")


BOX = '[boxes.part]\nmodel = "worth"\nbecause = "b"\n[boxes.part.eras.before]\n'
# What is written instead, where the mistake is found, and the way out.
WRONG_TABLES = {
    "model": ('of     = "worth"', 'of     = "worht"', "18:10: no model 'worht'", "'worth'"),
    "outcome": ('tells  = "x"', 'tells  = "lef"', "19:10: no outcome 'lef'", "'left'"),
    "row": ("[cells.row.one]", "[cells.rwo.one]", "17:2: no row 'rwo'", "'row'"),
    "column": ("[cells.row.one]", "[cells.row.oen]", "17:2: no column 'oen'", "'one'"),
    "key": ('tells  = "x"', 'tels   = "x"', "19:1: unknown key", "'tells'"),
    "way": ('expect = "up"', 'expect = "upp"', "20:10: 'upp' is not allowed", "up, down, mixed"),
    "era": ('before = "before"', 'before = "befor"', "no era 'befor'", "'before'"),
    "shared": (
        'tells  = "x"', 'tells  = "x"\nshared = ["aa"]', "20:11: no parameter 'aa'", "'a'",
    ),
    "one era": ('tells  = "x"', 'tells  = "x"\neras = ["after"]', "20:8: two eras are wanted", ""),
    "own era": (
        'tells  = "x"', 'tells  = "x"\neras = ["befor", "after"]', "20:8: no era 'befor'", "'before'",
    ),
    "nothing": ('of     = "worth"', "", "neither a model nor anything measured", ""),
    "box": (
        "[cells.row.one]",
        BOX + 'a = { value = 3, range = [2, 4], grade = "assumed", source = "a test" }\n[cells.row.one]',
        "21:1: not a part of the model's own interval, [3, 4]", "",
    ),
    "box of": (
        "[cells.row.one]",
        BOX + 'c = { value = 3, range = [3, 4], grade = "assumed", source = "a test" }\n[cells.row.one]',
        "21:1: no parameter 'c'", "known here: a",
    ),
    "assumption": (
        'expect = "up"',
        'expect = "mixed"\nsettled = { given = "after.aa > 0", says = "s", trend = "up" }',
        "21:28: unknown name 'aa'", "'a'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG_TABLES)
def test_a_mistake_in_a_table_is_blamed_where_it_stands(small, mistake):
    right, wrong, where, hint = WRONG_TABLES[mistake]
    assert right in ONE
    path = saved(small.parent, ONE.replace(right, wrong, 1))
    with pytest.raises(ModelError) as error:
        decided(path)
    assert where in str(error.value)
    assert hint in str(error.value)


# --- scenarios -----------------------------------------------------------------------------------

ON = """
[links.on]
from  = "next"
tells = "z"
as    = "z/2"
to    = "last"
feeds = "r"
"""


@pytest.fixture
def linked(tmp_path):
    chain(tmp_path)
    return lambda text: saved(tmp_path, STORY + text)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    chain(folder)
    return told(saved(folder, STORY + FED + ON + CLAIMS))


def fed(story, link, era):
    (one,) = (one for one in story.fed if (one.link, one.era) == (link, era))
    return one


def ends(interval):
    return float(interval.low), float(interval.high)


def range_of(function, *boxes):
    """Return the least and the greatest value on a grid."""
    values = function(*np.meshgrid(*(np.linspace(*box, 401) for box in boxes)))
    return values.min(), values.max()


def test_models_are_taken_in_the_order_of_their_links(story):
    assert story.order == ("hump", "next", "last")


@pytest.mark.parametrize("era", HUMP)
def test_a_carried_box_is_the_range_of_the_number_and_proved(story, era):
    reached = fed(story, "fed", era).reached
    least, most = range_of(lambda a: a * (3 - a) + 2, HUMP[era])
    low, high = ends(reached.interval)
    assert reached.how == "proved"
    assert low <= least <= most <= high
    assert (low, high) == pytest.approx((least, most), abs=0.05 * (most - least))


@pytest.mark.parametrize(("era", "burden"), [("before", (0.2, 0.3)), ("after", (0, 0.1))])
def test_what_was_carried_is_carried_on_by_a_formula(story, era, burden):
    one = fed(story, "on", era)
    box = ends(fed(story, "fed", era).reached.interval)
    assert one.quantity == "z/2"
    assert ends(one.reached.interval) == pytest.approx(range_of(np.subtract, box, burden), abs=0.02)


def test_centres_are_carried(story):
    """x = 3/4 before: y = 3/4*9/4 + 2, and 1/4 less."""
    central = [float(fed(story, link, "before").reached.central) for link in ("fed", "on")]
    assert central == pytest.approx([3.6875, 3.4375])


def test_claims_are_decided_on_what_was_carried(story):
    """x is in [2.95, 3.8] before and in [1.9, 4.25] after; on its own boxes it rises or falls too."""
    assert [one.status for one in story.claims] == ["mixed", "proved", "disproved"]


def test_a_mixed_claims_share_is_that_of_brute_force(story):
    rng = np.random.default_rng(3)
    before = rng.uniform(3.25, 4, 200_000) - rng.uniform(0.2, 0.3, 200_000)
    after = rng.uniform(2, 4.25, 200_000) - rng.uniform(0, 0.1, 200_000)
    assert story["more"].share.part == pytest.approx((after > before).mean(), abs=0.04)


def test_a_cause_may_be_enough_alone_and_another_spoil_it(story):
    """A smaller burden leaves more, if what feeds is one draw for both eras."""
    more = story["more"]
    assert (more.alone["burden"], more.without["worth"]) == ("proved", "proved")
    assert more.alone["worth"] == more.without["burden"] == "mixed"
    assert more.by == ("burden",)


def test_a_claim_that_is_not_proved_needs_no_cause(story):
    assert story["more"].needs == ()


def test_what_the_paradox_rests_on(linked):
    both = CLAIMS.replace("[claims.some]", "[claims.other]").replace(
        'holds = "after.x > 9/2"', 'holds = "after.rest < before.rest"'
    )
    found = told(linked(FED + both))
    assert found.paradox == ("burden",)
    assert "By itself its burden (burden) does both" in found.rests_on()


def test_a_proved_claim_needs_the_cause_that_brings_it_about(linked):
    claim = CLAIMS.replace("after.x > before.x", "after.q < before.q")
    more = told(linked(FED + claim))["more"]
    assert (more.status, more.needs) == ("proved", ("burden",))


def test_a_link_in_one_era_leaves_the_other_as_its_own_file_says(linked):
    found = told(linked(FED.replace("says", 'eras = { after = "after" }\nsays') + CLAIMS))
    assert [one.era for one in found.fed] == ["after"]
    rng = np.random.default_rng(4)
    before = rng.uniform(2, 3, 200_000) - rng.uniform(0.2, 0.3, 200_000)
    after = rng.uniform(2, 4.25, 200_000) - rng.uniform(0, 0.1, 200_000)
    assert found["more"].share.part == pytest.approx((after > before).mean(), abs=0.04)


def test_a_number_may_come_from_another_era(linked):
    found = told(linked(FED.replace("says", 'eras = { after = "before" }\nsays') + CLAIMS))
    (one,) = found.fed
    assert (one.era, one.source_era) == ("after", "before")
    assert ends(one.reached.interval) == pytest.approx((3.25, 4))


def test_a_parameter_may_feed_another_of_its_own_model(linked):
    own = """
[links.own]
from  = "next"
tells = "q"
to    = "next"
feeds = "p"
eras  = { after = "before" }
"""
    (one,) = told(linked(own + CLAIMS.replace('{ hump = ["a"] }', '{ next = ["p"] }'))).fed
    assert (one.reached.how, ends(one.reached.interval)) == ("given", (0.2, 0.3))


def test_links_in_a_circle_are_refused_by_name(linked):
    back = ON.replace('"last"', '"hump"').replace('"r"', '"a"')
    with pytest.raises(CalibrationError, match=r"links go in a circle: .*hump"):
        told(linked(FED + back + CLAIMS))


def test_what_the_fed_parameter_may_not_be_is_refused_by_name(linked):
    with pytest.raises(
        CalibrationError, match=r"links\.fed: .* reaches over .*, and p of next may"
    ):
        told(linked(FED.replace("says", 'as = "10*y"\nsays') + CLAIMS))


def test_a_scenario_speaks_json_latex_and_html(story):
    plain = json.loads(story.to_json())
    assert [claim["status"] for claim in plain["claims"]] == ["mixed", "proved", "disproved"]
    assert plain["order"] == ["hump", "next", "last"]
    assert r"\begin{tab" in story.to_latex()
    for text in (story.to_latex(), story.to_html()):
        assert "there is something" in text


@pytest.mark.parametrize("ending", ["html", "tex", "json"])
def test_a_scenario_is_written_to_the_file_that_was_asked_for(typed, linked, tmp_path, ending):
    path = tmp_path / f"out.{ending}"
    text = FED + CLAIMS.split("[causes", maxsplit=1)[0]
    ran = typed("scenario", linked(text), "-o", path, "--workers", 1)
    assert (ran.code, ran.out) == (0, f"written: {path}\n")
    assert path.stat().st_size


def test_a_claim_that_is_not_there_is_refused(story):
    with pytest.raises(CalibrationError, match="did you mean 'more'"):
        story["mor"]


def test_no_such_scenario():
    with pytest.raises(UnknownModelError, match="did you mean 'one_story'"):
        dilemma.scenario("one_storey")


# What is written instead, what is found and where, and the way out.
WRONG_STORIES = {
    "model": ('from  = "hump"', 'from  = "hmup"', "12:9: no model 'hmup'", "'hump'"),
    "fed model": ('to    = "next"', 'to    = "nxet"', "14:9: no model 'nxet'", "'next'"),
    "outcome": ('tells = "y"', 'tells = "yy"', "13:9: no outcome 'yy'", "'y'"),
    "parameter": ('feeds = "p"', 'feeds = "P"', "15:9: no parameter 'P'", "'p'"),
    "key": ('feeds = "p"', 'feed  = "p"', "15:1: unknown key", "'feeds'"),
    "era": ("says", 'eras = { later = "after" }\nsays', "no era 'later'", ""),
    "formula": ("says", 'as = "y + yy"\nsays', "16:11: unknown name 'yy'", "'y'"),
    "other formula": ("says", 'as = "2"\nsays', "16:6: 'y' does not stand in it", ""),
    "claim": ("after.x > before.x", "after.xx > before.x", "unknown name 'xx'", "'x'"),
    "side": ('"absolute"', '"absolut"', "'absolut' is not allowed", "absolute, relative"),
    "moves": ('hump = ["a"]', 'hump = ["aa"]', "no parameter 'aa'", "'a'"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG_STORIES)
def test_a_mistake_in_a_scenario_is_blamed_where_it_stands(linked, mistake):
    right, wrong, where, hint = WRONG_STORIES[mistake]
    text = FED + CLAIMS
    assert right in text
    with pytest.raises(ModelError) as error:
        told(linked(text.replace(right, wrong, 1)))
    assert where in str(error.value)
    assert hint in str(error.value)
    assert "own.toml:" in str(error.value)


# --- the shipped story ----------------------------------------------------------------------------


def test_a_parameter_that_two_shipped_files_have_is_the_same_in_both():
    text = (folder() / "scenarios" / "one_story.toml").read_text(encoding="utf-8")
    links = tomllib.loads(text)["links"]
    compared = set()
    for name, link in links.items():
        source, fed = dilemma.load(link["from"]), dilemma.load(link["to"])
        if "as" not in link and link["tells"] in source.parameters:
            for era, there in link.get("eras", {e: e for e in fed.eras}).items():
                one = source.eras[there].values[link["tells"]]
                other = fed.eras[era].values[link["feeds"]]
                assert (one.range, one.central) == (other.range, other.central), (name, era)
                compared.add(name)
    assert compared == {"trade_war", "trade_provocation", "past_threat", "past_cover"}
