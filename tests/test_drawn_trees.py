"""Game trees as figures and as TikZ: what is drawn, told by its labels, and that it can be read."""

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexWalker

import dilemma
from dilemma.errors import CalibrationError, UnknownKeyError, UnsupportedError
from dilemma.figures import diagram, save
from dilemma.games.tree import tree_of
from dilemma.output.player_colours import player_colours
from dilemma.study.diagrams import diagrams
from hostile import CORPUS
from trees_to_draw import beer_and_quiche, forty, move, nobody_first, poker, signalling, tree
from words_drawn import check_words

pytestmark = pytest.mark.slow
GAMES = Path(__file__).parent / "games"
NINE = {"p": "9/10"}


@pytest.fixture(scope="module")
def found():
    return {
        "triangle": diagrams("triangle"),
        "stated": diagrams("triangle", symbols=True),
        "beer": diagrams(beer_and_quiche(), NINE),
        "poker": diagrams(poker(), which=0),
        "forty": diagrams(forty(), which=0),
        "nobody_first": diagrams(nobody_first(), which=0),
        "horse": diagrams(GAMES / "selten_horse.efg"),
    }


@pytest.fixture(scope="module")
def pictures(found):
    return {name: diagram(each) for name, each in found.items()}


EVERY = ("triangle", "stated", "beer", "poker", "forty", "nobody_first", "horse")


def trees(found, name):
    """Return every tree that a figure shows, with its panel's label."""
    return [
        (f"{era or 'symbols'} {k + 1}", drawing)
        for era, drawings in found[name].drawn.items()
        for k, drawing in enumerate(drawings)
    ]


def panel(figure, label):
    (axes,) = (axes for axes in figure.axes if axes.get_label() == label)
    return axes


def labels(axes):
    """Return the names of what is drawn in a panel, by the kind of thing that it is."""
    told = {}
    for artist in axes.get_children():
        word, _, rest = (artist.get_gid() or "").partition(" ")
        told.setdefault(word, set()).add(rest)
    return told


def branches(axes):
    """Return the corners of every branch, by where it leads."""
    kinds = ("other", "played", "threatened", "chance")
    return {
        line.get_gid().split(" ", 1)[1]: [tuple(map(float, p)) for p in line.get_xydata()]
        for line in axes.lines
        if line.get_gid().split(" ")[0] in kinds
    }


# --- it can be read -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_words_neither_overlap_nor_leave_the_sheet(name, pictures):
    check_words(pictures[name])


def side(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crossing(one, other):
    """Tell whether two straight pieces cross within both."""
    (a, b), (c, d) = one, other
    return side(a, b, c) * side(a, b, d) < -1e-12 and side(c, d, a) * side(c, d, b) < -1e-12


@pytest.mark.parametrize("name", EVERY)
def test_no_two_branches_cross(name, found, pictures):
    for label, _ in trees(found, name):
        own = [list(pairwise(c)) for c in branches(panel(pictures[name], label)).values()]
        for one, other in combinations(own, 2):
            assert not any(crossing(p, q) for p in one for q in other)


@pytest.mark.parametrize("name", EVERY)
def test_ends_stand_below_one_another_evenly_and_in_the_files_order(name, found, pictures):
    model = found[name].model
    for label, _ in trees(found, name):
        drawn = branches(panel(pictures[name], label))
        places = [drawn[", ".join(end)][-1] for end in tree_of(model).ends]
        assert len({round(x, 9) for x, _ in places}) == 1
        steps = {round(y - below, 9) for (_, y), (_, below) in pairwise(places)}
        assert len(steps) == 1
        assert steps.pop() > 0


@pytest.mark.parametrize("name", EVERY)
def test_a_set_is_one_upright_line_through_its_nodes_and_no_others(name, found, pictures):
    for label, _ in trees(found, name):
        axes = panel(pictures[name], label)
        ends = {to: course[-1] for to, course in branches(axes).items()}
        for line in axes.lines:
            if not line.get_gid().startswith("set "):
                continue
            group = set(line.get_gid().removeprefix("set ").split("; "))
            (x, low), (same, high) = line.get_xydata()
            assert x == same
            on = {n for n, (u, v) in ends.items() if abs(u - x) < 0.08 and low <= v <= high}
            assert on == group


@pytest.mark.parametrize("name", EVERY)
def test_lines_run_through_no_words(name, found, pictures):
    figure = pictures[name]
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for label, _ in trees(found, name):
        axes = panel(figure, label)
        paths = [
            (line, line.get_transform().transform_path(line.get_path())) for line in axes.lines
        ]
        for text in axes.texts:
            box = text.get_window_extent(renderer).padded(-2)
            for line, path in paths:
                crossed = path.intersects_bbox(box, filled=False)
                assert not crossed, (text.get_text(), line.get_gid())


@pytest.mark.parametrize("name", EVERY)
def test_every_information_set_is_joined_or_named(name, found, pictures):
    model = found[name].model
    for label, _ in trees(found, name):
        axes = panel(pictures[name], label)
        words = [text.get_text() for text in axes.texts]
        joined = {frozenset(s.split("; ")) for s in labels(axes).get("set", ())}
        for decision in tree_of(model).decisions.values():
            nodes = frozenset(map(", ".join, decision.histories))
            if len(nodes) > 1:
                named = words.count(f"'{decision.name}'") == len(nodes)
                assert (nodes in joined) is not named


def test_where_neither_of_two_sets_comes_first_one_is_named(found):
    (drawing,) = next(iter(found["nobody_first"].drawn.values()))
    assert len(drawing.sets) == 1
    assert "word in quotes" in drawing.says


# --- what is played, believed and paid ------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in EVERY if name != "stated"])
def test_bold_is_what_is_done_and_dashed_where_play_does_not_get_to(name, found, pictures):
    model = found[name].model
    for era, drawings in found[name].drawn.items():
        for k, drawing in enumerate(drawings):
            solved = dilemma.solve(model, model.eras[era])
            play = solved[drawing.title].play
            told = labels(panel(pictures[name], f"{era} {k + 1}"))
            done, reached = set(), {"root"}
            for history, node in tree_of(model).nodes.items():
                mix = play[node.decision] if node.player else node.chances
                here = ", ".join(history) or "root"
                for action, chance in mix.items():
                    there = ", ".join((*history, action))
                    done |= {there} if chance and node.player else set()
                    reached |= {there} if chance and here in reached else set()
            assert told.get("played", set()) | told.get("threatened", set()) == done
            assert told.get("played", set()) == done & reached
            assert {n.removeprefix("end ") for n in told["reached"]} == reached


def test_a_branch_is_wider_where_it_is_likelier_and_its_chance_stands_at_it(found, pictures):
    (drawing,) = next(iter(found["poker"].drawn.values()))
    axes = panel(pictures["poker"], trees(found, "poker")[0][0])
    wide = {line.get_gid().split(" ", 1)[1]: line.get_linewidth() for line in axes.lines}
    words = {text.get_gid(): text.get_text() for text in axes.texts}
    mixed = [tie for tie in drawing.ties if tie.strong and 0 < tie.weight < 1]
    mixed = [tie for tie in mixed if len(tie.ends[1].split(", ")) > 1]  # none of chance's
    assert mixed
    for tie in mixed:
        assert 0.9 < wide[tie.ends[1]] < 3.3
        assert float(Fraction(words[f"formula of {tie.ends[1]}"])) == pytest.approx(
            tie.weight, abs=1e-3
        )
    widths = sorted((tie.weight, wide[tie.ends[1]]) for tie in mixed)
    assert [w for _, w in widths] == sorted(w for _, w in widths)


def test_what_is_believed_stands_at_the_nodes(found):
    first = next(iter(found["beer"].drawn.values()))[0]
    assert first.title == "(beer, retreat, duel, beer)"
    lines = {node.name: node.lines for node in first.nodes}
    # Bayes' rule says what beer tells: nothing.  A duel with who has quiche needs a weak one in two.
    assert lines["strong, beer"] == ("Receiver [0.9]",)
    assert lines["weak, beer"] == ("Receiver [0.1]",)
    assert lines["weak, quiche"] == ("Receiver [0.5 to 1]",)
    assert lines["strong, quiche"] == ("Receiver [0 to 0.5]",)


def test_a_printed_diagram_says_what_brackets_are_and_what_is_not_known(found):
    notes = found["beer"].tables()[0].notes
    assert any(note.startswith("In brackets: how likely") for note in notes)
    assert found["triangle"].tables()[0].notes == ()
    doubted = replace(found["triangle"], complete={"cold_war": "time ran out"})
    (doubt,) = doubted.tables()[0].notes
    assert doubt.startswith("NOT all equilibria are known")


def test_seltens_third_player_must_not_believe_too_much_in_a_first_mistake(found):
    """Right is best for the third player iff it believes the first player's with at most 1/3."""
    (horse,) = next(iter(found["horse"].drawn.values()))
    lines = {node.name: node.lines for node in horse.nodes}
    assert lines["D"] == ("Player 3 [0 to 1/3]",)
    assert lines["C, d"] == ("Player 3 [2/3 to 1]",)


def test_any_belief_will_do_where_the_reply_is_dominant():
    def pays(kind, meal, reply):
        return int(meal == "beer"), int(reply == "retreat")

    (drawings,) = diagrams(signalling(pays, prior="1/2")).drawn.values()
    (drawing,) = (d for d in drawings if d.title == "(beer, retreat, retreat, beer)")
    assert [n.lines for n in drawing.nodes if n.name == "weak, quiche"] == [("Receiver [any]",)]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.integers(-3, 3), min_size=8, max_size=8))
def test_beliefs_off_the_path_are_those_for_which_the_reply_is_best(paid):
    """Against the two inequalities in the belief that make a reply best: worked out from the payoffs."""
    cells = [
        (k, m, r)
        for k in ("strong", "weak")
        for m in ("beer", "quiche")
        for r in ("duel", "retreat")
    ]
    receives = dict(zip(cells, paid, strict=True))
    model = signalling(lambda *cell: (int(cell[1] == "beer"), receives[cell]), prior="1/3")
    (drawings,) = diagrams(model).drawn.values()
    assert drawings
    for drawing in drawings:
        duel = next(t.weight for t in drawing.ties if t.ends[1] == "strong, quiche, duel")
        line = next(n.lines[0] for n in drawing.nodes if n.name == "strong, quiche")
        told = line.removeprefix("Receiver [").removesuffix("]")
        low, _, high = ("0 to 1" if told == "any" else told).partition(" to ")
        gains = [
            receives[k, "quiche", "duel"] - receives[k, "quiche", "retreat"]
            for k in ("strong", "weak")
        ]
        wanted = [
            b for n in range(421) if (b := Fraction(n, 420)) is not None
            and (duel == 0 or b * gains[0] + (1 - b) * gains[1] >= 0)
            and (duel == 1 or b * gains[0] + (1 - b) * gains[1] <= 0)
        ]  # fmt: skip
        assert (Fraction(low), Fraction(high or low)) == (min(wanted), max(wanted))


def test_payoffs_stand_in_the_players_colours_and_order(found, pictures):
    model = found["triangle"].model
    colours = player_colours(model.players)
    axes = panel(pictures["triangle"], "cold_war 1")
    own = {text.get_gid(): text for text in axes.texts}
    edges = []
    for name, player in model.players.items():
        head = [t for t in axes.texts if t.get_gid() == f"paid {name}"]
        assert " ".join(t.get_text() for t in head) == player.title
        pay = own[f"formula {name}: challenge, firm, support, war"]
        value = float(model.payoffs["challenge", "firm", "support", "war"][name].xreplace(
            model.values(model.calibration("cold_war"))
        ))  # fmt: skip
        assert float(pay.get_text().replace("−", "-")) == pytest.approx(value)
        assert {pay.get_color(), head[0].get_color()} == {colours[name]}
        edges.append(pay.get_position()[0])
    assert edges == sorted(edges)


def test_a_cutoff_stands_at_both_actions(found):
    (drawing,) = found["triangle"].drawn["cold_war"]
    cutoff = dilemma.solve("triangle", "cold_war")[0].cutoffs["us"]
    formulas = {tie.ends[1].rpartition(", ")[2]: tie.formula for tie in drawing.ties}
    assert formulas["support"] == f"0.885, stake ≥ {float(cutoff.value):.4g}"
    assert formulas["restrain"] == f"0.115, stake < {float(cutoff.value):.4g}"


def test_ends_that_are_not_sure_tell_their_chance(found):
    (drawing,) = next(iter(found["poker"].drawn.values()))
    assert sum(map(Fraction, drawing.reached.values())) == 1


def test_in_symbols_chances_and_payoffs_are_the_models_formulas(found):
    model = found["stated"].model
    (drawing,) = found["stated"].drawn[""]
    for end, paid in drawing.paid.items():
        cell = model.payoffs[tuple(end.split(", "))]
        assert [
            sp.sympify(p, {s.name: s for c in cell.values() for s in c.free_symbols}) for p in paid
        ] == list(cell.values())
    assert {tie.formula for tie in drawing.ties if "support, " in tie.ends[1]} == {"q", "1 - q"}
    assert not any(tie.strong for tie in drawing.ties)


def test_letters_are_set_as_mathematics(pictures):
    (axes,) = pictures["stated"].axes
    words = {text.get_gid(): text.get_text() for text in axes.texts}
    assert words["formula china: challenge, firm, support, war"] == "$-m_{C}$"


def test_a_tree_with_parameters_and_no_eras_is_drawn_as_it_is_stated():
    found = diagrams(beer_and_quiche())
    assert list(found.drawn) == [""]
    assert found.drawn[""][0].ties[0].formula == "p"


# --- what is refused ------------------------------------------------------------------------------


def wide(ends):
    actions = [f"a{k}" for k in range(ends)]
    return tree(
        "wide", ["ann"], {"root": move("ann", " ".join(actions))}, {a: [1] for a in actions}
    )


def test_a_tree_is_drawn_with_up_to_a_hundred_ends():
    assert len(diagrams(wide(100), symbols=True).drawn[""][0].paid) == 100
    with pytest.raises(
        UnsupportedError, match="wide has 101 ends, and a tree is drawn with up to 100"
    ):
        diagrams(wide(101), symbols=True)


def test_more_diagrams_than_a_sheet_holds_are_refused():
    every = diagrams(wide(30))
    assert len(every.drawn["the game itself"]) == 30
    with pytest.raises(UnsupportedError, match="30 diagrams would be"):
        diagram(every)


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"which": 3}, UnknownKeyError, "no equilibrium number 4 at Cold War: 1 found there"),
        ({"which": "(wait)"}, UnknownKeyError, "no equilibrium '\\(wait\\)' here"),
        ({"symbols": True, "at": "cold_war"}, CalibrationError, "in symbols there are no eras"),
    ],
)
def test_what_there_is_none_of_is_refused(how, error, said):
    with pytest.raises(error, match=said):
        diagrams("triangle", **how)


def test_only_a_tree_is_drawn_in_symbols_and_written_as_tikz():
    with pytest.raises(UnsupportedError, match="only a game tree is drawn in symbols"):
        diagrams("repeated", symbols=True)
    with pytest.raises(UnsupportedError, match="TikZ is written of game trees"):
        diagrams("repeated", "cold_war").to_tikz()


# --- as TikZ --------------------------------------------------------------------------------------


def environments(text):
    nodes = LatexWalker(text, tolerant_parsing=False).get_latex_nodes()[0]
    return [node for node in nodes if node.isNodeType(LatexEnvironmentNode)]


@pytest.mark.parametrize("name", EVERY)
def test_tikz_is_a_picture_for_each_tree_and_every_path_in_it_ends(name, found):
    text = found[name].to_tikz()
    pictures = environments(text)
    assert [each.environmentname for each in pictures] == ["tikzpicture"] * len(trees(found, name))
    for each, (_, drawing) in zip(pictures, trees(found, name), strict=True):
        commands = each.latex_verbatim().splitlines()[1:-1]
        paths = [c for c in commands if c.startswith((r"\draw", r"\node"))]
        assert len(paths) + len(drawing.players) == len(commands)
        assert all(path.endswith(";") for path in paths)
        lines = [c for c in commands if c.startswith(r"\draw") and " -- " in c]
        assert len(lines) == len(drawing.ties) + len(drawing.sets)
        circles = [c for c in commands if "circle" in c]
        assert len(circles) == len(drawing.nodes)


def test_tikz_says_what_the_figure_says(found):
    text = found["horse"].to_tikz()
    assert "0 to 1/3" in text
    assert "NOT all equilibria are known" in text


def hostile_tree(shift):
    """Return a tree whose titles are hostile texts."""
    told = [CORPUS[(shift + k) % len(CORPUS)] for k in range(3)]
    return dilemma.Model(
        name="hostile", title=told[0], kind="tree",
        players={"ann": {"title": told[1]}, "bob": {"title": told[2]}},
        tree={"root": move("ann", "up down"), "up": move("bob", "up down")},
        payoffs={e: {"ann": 1, "bob": 2} for e in ("up, up", "up, down", "down")},
    )  # fmt: skip


@pytest.mark.parametrize("shift", range(0, len(CORPUS), 3))
def test_titles_steer_nothing(shift, tmp_path):
    found = diagrams(hostile_tree(shift), which=0)
    text = found.to_tikz()
    assert [e.environmentname for e in environments(text)] == ["tikzpicture"]
    assert r"\input" not in text
    assert r"\write18" not in text
    save(diagram(found), tmp_path / "tree.png")
    assert (tmp_path / "tree.png").stat().st_size > 1000


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX is installed")
def test_tikz_compiles(found, tmp_path):
    known = subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False)
    if not known.stdout:
        pytest.skip("the TeX that is installed has no TikZ")
    pictures = "\n\n".join(found[name].to_tikz() for name in EVERY)
    text = f"\\documentclass{{article}}\\usepackage{{tikz}}\n\\begin{{document}}\n{pictures}\\end{{document}}"
    (tmp_path / "trees.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "trees.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


# --- from the command line ------------------------------------------------------------------------


def test_a_tree_is_written_as_tikz_and_as_a_picture(typed, tmp_path):
    horse = GAMES / "selten_horse.efg"
    for ending, begins in (("tex", b"\\begin{tikzpicture}"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        code, out, _ = typed("plot", "diagram", horse, "-o", tmp_path / f"horse.{ending}")
        assert code == 0
        assert "Player 3 [0 to 1/3]: R" in out
        assert (tmp_path / f"horse.{ending}").read_bytes().startswith(begins)


def test_one_equilibrium_or_none_is_asked_for(typed, tmp_path):
    file = tmp_path / "tree.tex"
    assert typed("plot", "diagram", "triangle", "--symbols", "-o", file)[0] == 0
    assert file.read_text(encoding="utf-8").count("tikzpicture") == 2
    code, out, _ = typed(
        "plot", "diagram", "repeated", "--select", 2, "-o", tmp_path / "states.svg"
    )
    assert code == 0
    assert "Cold War: (shirk, leave)" in out
    assert "Cold War: (support, support)" not in out


def test_only_diagrams_are_text(typed, tmp_path):
    code, _, err = typed("plot", "replies", "abandonment", "-o", tmp_path / "replies.tex")
    assert code == 2
    assert "a picture's file ends in .png, .svg or .pdf" in err
