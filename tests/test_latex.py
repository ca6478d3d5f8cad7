"""Every result is LaTeX that compiles.  Each is parsed strictly; where a TeX is, it is set as well."""

import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess

import pytest
import sympy as sp
from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexCommentNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexWalker,
    LatexWalkerParseError,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import EnvironmentSpec, MacroSpec

import dilemma
from dilemma.output.cleaning import latex_escape
from dilemma.output.displayed import chance, displayed, equations
from dilemma.output.result import Best, Formula, Shown, Table
from dilemma.output.tables import HEAD, PREAMBLE, latex
from dilemma.study.propositions import Proposition
from hostile import CORPUS, hostile
from kinds_of_results import EACH, MAKERS, RESULTS, load_template, result

ENGINES = ("pdflatex", "lualatex", "xelatex")
DOCUMENT = PREAMBLE + "\n\\begin{document}\n%s\n\\end{document}\n"
TABLES = ("tabular", "longtable")
RULES = ("toprule", "midrule", "bottomrule", "endhead", "endfirsthead", "addlinespace")
NAKED = re.compile(r"[#_^&~%$]")  # marks that are commands to LaTeX where they stand unescaped


def typeset(kind, model):
    return result(kind, model).to_latex()


def kinds_of_results():
    for found in pkgutil.walk_packages(dilemma.__path__, "dilemma."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    waiting, seen = [Shown], set()
    while waiting:
        new = set(waiting.pop().__subclasses__()) - seen
        seen |= new
        waiting += new
    return {
        kind.__name__ for kind in seen if inspect.getmodule(kind).__name__.startswith("dilemma.")
    }


def test_every_kind_of_result_is_tried():
    assert kinds_of_results() == set(MAKERS)


# --- parsed --------------------------------------------------------------------------------------


def parsed(text):
    """Return the nodes of LaTeX; what is never closed, or closed twice, is an error."""
    known = get_default_latex_context_db()
    known.add_context_category(
        "tables",
        environments=[EnvironmentSpec(name, "[{") for name in TABLES],
        macros=[MacroSpec("addlinespace", "[")],
        prepend=True,
    )
    text = text.removeprefix(HEAD)
    return LatexWalker(text, latex_context=known, tolerant_parsing=False).get_latex_nodes()[0]


def check(nodes, *, inside=False):
    """Refuse comments, naked marks, letters that LaTeX does not know, and rows that do not fit."""
    for node in nodes or ():
        assert not isinstance(node, LatexCommentNode), node.comment
        assert inside or getattr(node, "specials_chars", "") != "&", "a cell outside a table"
        environment = getattr(node, "environmentname", "")
        if isinstance(node, LatexMathNode) or environment == "gather*":
            assert node.latex_verbatim().isascii()
            continue
        if isinstance(node, LatexCharsNode):
            assert not NAKED.search(node.chars), node.chars
            assert latex_escape(node.chars).isascii(), node.chars
        if environment in TABLES:
            _, columns = node.nodeargd.argnlist
            rows = split(node.nodelist)
            assert set(map(cells, rows)) <= {count(columns), 0}, node.latex_verbatim()
        if isinstance(node, LatexEnvironmentNode | LatexGroupNode):
            check(node.nodelist, inside=environment in TABLES)
        if isinstance(node, LatexMacroNode) and node.nodeargd:
            check(filter(None, node.nodeargd.argnlist))


def count(columns):
    """Count the columns that a specification such as ``l>{\\raggedright}X`` asks for."""
    return sum(
        len(re.findall("[lcrp]", n.chars))
        for n in columns.nodelist
        if isinstance(n, LatexCharsNode)
    )


def split(nodes):
    """Part the rows of a table; rules, its caption and its repeated head are none."""
    rows = [[]]
    for node in nodes:
        name = getattr(node, "macroname", "")
        if name == "\\":
            rows.append([])
        elif name not in RULES:
            rows[-1].append(node)
    return [row for row in rows if not any(getattr(n, "macroname", "") == "caption" for n in row)]


def cells(row):
    """Count the cells of a row; 0 if there is nothing in it."""
    if not "".join(node.latex_verbatim() for node in row).strip():
        return 0
    return 1 + sum(getattr(node, "specials_chars", "") == "&" for node in row)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "model"), RESULTS)
def test_latex_parses_strictly(kind, model):
    said = typeset(kind, model)
    assert said
    check(parsed(said))


@pytest.mark.parametrize(
    "wrong",
    [
        r"\begin{table}",
        r"\textbf{open",
        r"$x",
        r"kap_J",
        r"50 % of draws",
        r"a & b",
        r"日本",
        r"\begin{tabular}{lp{3cm}} a & b \\ c \\ \end{tabular}",
        r"\begin{longtable}[l]{l>{\raggedright}p{3cm}} a & b & c \\ \end{longtable}",
    ],
)
def test_the_parser_refuses(wrong):
    with pytest.raises((AssertionError, LatexWalkerParseError)):
        check(parsed(wrong))


# --- set -----------------------------------------------------------------------------------------


def compiled(engine, text, folder):
    """Return what LaTeX has to say of a document; nothing if all is well."""
    (folder / "said.tex").write_text(DOCUMENT % text, encoding="utf-8")
    call = [engine, "-interaction=nonstopmode", "-halt-on-error", "said.tex"]
    done = subprocess.run(call, cwd=folder, capture_output=True, check=False, timeout=120)
    told = done.stdout.decode(errors="replace")
    wrong = re.findall(r"^! .*|^Missing character.*", told, re.MULTILINE)
    wide = re.findall(r"^Overfull \\hbox \(([\d.]+)pt", told, re.MULTILINE)
    wrong += [f"{points} pt wider than the page" for points in wide if float(points) > 1]
    return wrong or ([] if done.returncode == 0 else [told[-500:]])


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """Return a TeX that has the packages; without one these tests are skipped, and say so."""
    found = next(filter(shutil.which, ENGINES), None)
    if found is None:
        pytest.skip(f"no TeX here ({', '.join(ENGINES)}): LaTeX was parsed, not compiled")
    if wrong := compiled(found, "Tables.", tmp_path_factory.mktemp("tex")):
        pytest.skip(f"{found} lacks a package ({wrong[0]}): LaTeX was parsed, not compiled")
    return found


@pytest.mark.parametrize(("kind", "model"), EACH)
def test_latex_compiles(kind, model, engine, tmp_path):
    assert compiled(engine, typeset(kind, model), tmp_path) == []


AWKWARD = Table(
    r"100 % of $x_i$ & #1 {\bf ~^} <=> – … → · × ± ≤ ≥ ≠ ∞ −",
    ("a_b", r"\newline", "c"),
    (
        ("a_very_long_name_of_a_parameter*another_one/(a_third)", "two\nlines", "&"),
        (Formula("x_J", "$x_{J}$"), (Best("-0.5", best=True), Best("1", best=False)), ""),
    ),
    ("50 % & more",),
)


def test_awkward_text_is_escaped_and_parses():
    check(parsed(latex([AWKWARD])))


@pytest.mark.parametrize("rows", [1, 20], ids=["one page", "many pages"])
def test_awkward_text_compiles(rows, engine, tmp_path):
    table = Table(AWKWARD.title, AWKWARD.header, AWKWARD.rows * rows, AWKWARD.notes)
    assert compiled(engine, latex([table]), tmp_path) == []


def test_more_tables_than_latex_lets_wait_compile(engine, tmp_path):
    assert compiled(engine, latex([AWKWARD] * 120), tmp_path) == []


# --- what does not fit at first -----------------------------------------------------------------


def together(*found):
    return "\n\n".join(one if isinstance(one, str) else one.to_latex() for one in found)


def test_games_of_every_kind_fit_the_page(engine, tmp_path):
    long = [f"an_action_with_a_long_name_{k}" for k in range(12)]
    broad = dilemma.matrix(
        [[k * j + 0.125 for j in range(12)] for k in range(3)],
        actions=[["up", "down", "a_third_action_of_the_first"], long],
        title="A game with many columns",
    )
    coordination = {
        f"{a}, {b}, {c}": dict.fromkeys(("ann", "bob", "cat"), str(int(a == b == c)))
        for a in "xy"
        for b in "xy"
        for c in "xy"
    }
    three = dilemma.Model(
        name="three",
        title="Three who choose alike",
        kind="matrix",
        players={p: {"actions": ["x", "y"]} for p in ("ann", "bob", "cat")},
        payoffs=coordination,
    )
    entry = dilemma.Model(
        name="entry",
        title="Entry",
        kind="tree",
        players={"newcomer": {}, "incumbent": {}},
        parameters={"f": {"range": [0, 5], "unit": "util", "means": "what a fight costs"}},
        tree={
            "root": {"player": "newcomer", "actions": ["enter", "stay_away"]},
            "enter": {"player": "incumbent", "actions": ["fight", "share"]},
        },
        payoffs={
            "stay_away": {"newcomer": "0", "incumbent": "10"},
            "enter, fight": {"newcomer": "2 - f", "incumbent": "4 - f"},
            "enter, share": {"newcomer": "3", "incumbent": "5"},
        },
    )
    found = [
        *(dilemma.sheet(game) for game in (broad, three, entry)),
        dilemma.solve(broad, seconds=5),
        dilemma.solve(three),
        dilemma.solve(entry, f=3),
        dilemma.propositions(entry),
    ]
    assert compiled(engine, together(*found), tmp_path) == []


def test_a_bracket_behind_the_rule_of_a_long_table_is_no_option(engine, tmp_path):
    said = latex([Table("Long", ("(ann, bob)", "payoffs"), (("(l)", "1"),) * 60)])
    assert r"\begin{longtable}" in said
    assert compiled(engine, said, tmp_path) == []


def test_a_head_and_a_title_count_towards_how_high_a_table_is(engine, tmp_path):
    high = "many words of one head " * 50
    said = latex([Table(high * 2, (high, high, "c"), (("a", "b", "c"),) * 3)])
    assert r"\begin{longtable}" in said
    assert compiled(engine, said, tmp_path) == []


def test_columns_that_no_page_holds_go_to_further_tables(engine, tmp_path):
    head = ("player", *(f"column_{k}" for k in range(30)))
    table = Table("Many columns", head, ((*head,),) * 3)
    said = latex([table])
    assert said.count(r"\caption") > 1
    assert said.count("player") == 4 * said.count(
        r"\caption"
    )  # the first column stands before each
    assert compiled(engine, said, tmp_path) == []


def test_a_cell_longer_than_a_page_goes_on_overleaf(engine, tmp_path):
    formula = " + ".join(f"a_{k}*b_{k}**2/(c_{k} - {k})" for k in range(400))
    words = "many words of one cell " * 400
    table = Table("Long", ("formula", "words"), ((formula, words),), formulas=("formula",))
    assert compiled(engine, latex([table]), tmp_path) == []


def test_hostile_texts_are_set_as_they_are(engine, tmp_path):
    models = [hostile(0), hostile(9)]
    results = [f(m) for m in models for f in (dilemma.sheet, dilemma.prove, dilemma.propositions)]
    cells = tuple((text, f"{text}{text}", Formula(text, "$x$")) for text in CORPUS)
    tables = [Table(text, (text, "b", "c"), cells, (text,)) for text in CORPUS]
    said = together(latex(tables), *results)
    assert not re.search(r"\\(input|write)", said)
    assert compiled(engine, said, tmp_path) == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
def test_a_line_to_be_copied_keeps_its_quotes(engine, tmp_path):
    line = 'solve("cork", m_J="1/2")'
    assert (
        compiled(engine, latex([Table("Copied", ("a",), (("b",),), lines=(line,))]), tmp_path) == []
    )
    call = ["pdftotext", "-layout", "said.pdf", "-"]
    said = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert line in said


def test_names_in_formulas_are_mathematics():
    table = Table("T", ("is",), (("-kap_J*(D1_J - 2)**2 <= sqrt(x) and not a_name",),), (), ("is",))
    told = re.sub(r"\\allowbreak ", "", latex([table]))
    assert r"$-\kappa_{J}\,(D_{1 J}- 2)^{2}\leq \sqrt{x}$ and not $\mathrm{a\_name}$" in told


def test_what_is_underlined_is_said_to_be():
    said = latex([Table("T", ("a",), (((Best("1", best=True),),),))])
    assert r"\underline{1}" in said
    assert "An underline marks a best reply." in said
    assert "*" not in said.partition(r"\midrule")[2]


def test_a_result_names_the_packages_that_it_needs():
    loaded = set(re.search(r"amsmath[\w,]*", PREAMBLE)[0].split(","))
    assert all(package in HEAD for package in loaded)
    assert latex([AWKWARD]).startswith(f"{HEAD}\n")
    assert typeset("Propositions", "abandonment").startswith(f"{HEAD}\n")


x, y, kap = sp.symbols("x y kap_J")
WIDE = sp.expand((x + 2 * y + 3 * kap) ** 5)


def test_a_wide_condition_goes_over_several_lines(engine, tmp_path):
    said = displayed(sp.And(WIDE / (WIDE + x) - 1 < 0, sp.Or(-(WIDE**2) <= 0, x > y)))
    assert said.count(r"\\") > 5
    assert r"\kappa_{J}" in said
    check(parsed(said))
    assert compiled(engine, said, tmp_path) == []


def test_a_condition_that_fits_stays_whole():
    assert displayed(sp.And(x > 0, y > 0)).splitlines()[1] == r"x > 0 \wedge y > 0."


LONG = sp.symbols("cost_of_a_long_war value_of_the_prize chance_of_any_reply spill_over_of_all")


@pytest.mark.parametrize(
    "condition",
    [
        sp.And(LONG[0] - 4 * LONG[1] <= 0, 4 * LONG[0] - LONG[1] >= 0),
        LONG[0] * LONG[1] * LONG[2] * LONG[3] - LONG[0] ** 2 * LONG[3] / (LONG[2] + 1) > 7,
        sp.Symbol("a_name_that_is_longer_than_a_line_" * 4) > 0,
        sp.Symbol("n" * 150) ** 2 - 10**200 > 0,
    ],
)
def test_long_names_and_numbers_fit_the_lines_of_a_display(condition, engine, tmp_path):
    said = displayed(condition)
    check(parsed(said))
    assert compiled(engine, said, tmp_path) == []


def test_a_long_probability_fits_too(engine, tmp_path):
    played = "the_defender_of_the_realm " + "resists_by_force_of_arms " * 4
    said = equations([(chance(played), sp.Rational(10**90 + 1, 3**150)), (chance("a b"), kap)])
    assert r"\Pr(\text{a b}) = \kappa_{J}" in said
    assert compiled(engine, said, tmp_path) == []


def test_words_that_are_multiplied_are_not_one_word():
    assert r"\mathrm{cost} \cdot \mathrm{turn}" in displayed(
        sp.Symbol("cost") * sp.Symbol("turn") > 0
    )
    assert r"\kappa_{J} x > 0" in displayed(kap * x > 0)


def test_what_holds_everywhere_is_said_in_words(engine, tmp_path):
    always = Proposition("pure", "(a, b) is an equilibrium", sp.true, "always", {})
    model = load_template()
    said = dilemma.Propositions(model, (always,), (), ()).to_latex()
    assert "(a, b) is an equilibrium: always." in said
    assert "True" not in said
    assert compiled(engine, said, tmp_path) == []
