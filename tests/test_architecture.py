"""Imports run one way, and the public names are exactly those announced."""

import ast
import subprocess
import sys
from pathlib import Path

import dilemma

HEAVY = ["sympy", "scipy", "nashpy", "z3", "matplotlib", "xarray", "pydantic", "numpy", "pandas"]
ROOT = Path(dilemma.__file__).parent
ORDER = """
    letters cleaning errors processes sizes extras files formulas table latex typeset report parts extensive chosen
    reading.places reading.syntax reading.expressions reading.schema reading.naming
    reading.payoffs reading.histories reading.trees reading.ends reading.choosing reading.periods reading.variants reading.setting reading.among reading.references reading.claims reading.stories reading.building reading.writing reading.arrays
    model modelfile valuation budget stopping
    exchange.labels exchange.words exchange.quoting exchange.opening exchange.strategic exchange.branching
    exchange.prefix exchange.numbers exchange.nfg exchange.efg exchange.spreadsheets exchange.bimatrices exchange.gambit exchange.files
    library branch equilibrium equilibria exchange.frames
    bisection.signs bisection.polynomials bisection.bernstein bisection.clearing bisection.scaling bisection.systems bisection.reducible bisection.bounding bisection.projecting bisection.substituting bisection.elimination bisection.witness bisection.intervals bisection.parts bisection.bisecting proof.verdicts proof.reduced proof.logic
    games.vertices games.payoff_matrices games.exact games.lemke games.naming games.supports games.kinds games.numbers games.selection games.systems games.profiles games.agreement
    games.wording games.elimination games.indifference games.evolution games.endings games.learning games.quantal
    games.found games.sets games.polish games.bimatrix games.many games.matrix games.induction games.valued
    games.replies games.behaviour games.impossible games.sequence_form games.candidates games.subgames games.consistency games.assessments games.information
    games.deviations games.trees
    games.stationary games.marginals games.triangles games.concavity games.leading games.agreements games.regimes games.batches games.search games.guarantees games.stability games.continua games.points games.certificates games.dense games.pieces games.judging games.components games.alone games.choosing games
    plane.roots plane.curves plane.cells
    study.solve study.frequencies study.eras study.comparison_tables study.comparison study.compare study.along study.signs study.maps
    study.legend study.region_map study.displayed study.existence study.wording study.shortening study.closed_forms study.closed_branches study.propositions study.sheet study.partition study.borders study.occurring study.regions
    study.judged study.selection_tables study.selected study.selecting
    study.played study.courses study.strands study.traced study.trace study.replied study.replies study.implicit study.slopes study.directions study.responses study.statics
    study.commitment study.settled study.shares study.attribution study.tornado study.bargains study.bargaining study.trajectory study.dynamics
    proof.concepts proof.records proof.sentences proof.symbols proof.statements proof.evaluation proof.example_tables proof.examples proof.deciding proof.counting proof.lemmas proof.draws proof.exactly proof.confirming proof.sampling checking.enumeration checking.calibrations checking.played checking.said checking.truths checking.chosen_truths checking.tries checking.attack proof.choosing proof.existing proof.decide robustness.wording robustness.boxes robustness.samples robustness.needs robustness.radius robustness.rescue robustness.portions robustness.answers checking.rechecking checking.searched checking.disagreements checking.thorough cache workers agenda explained ledger proving ledger_files
    figures.placing figures.style figures.captions figures.paper figures.labels figures.panels figures.paths figures.fold figures.ceiling figures.replies figures.drawing figures.waterfall figures.tornado figures.bargain figures.carried figures.ledger figures.plotting figures orders pictures page.printing page.actions page.numbers page.texts page.golden page.writing page demo terminal asked lesson plotted cli
""".split()  # noqa: SIM905 -- one word a module reads best
BARE = (
    "",
    "__main__",
    "reading",
    "exchange",
    "plane",
    "study",
    "bisection",
    "proof",
    "checking",
    "robustness",
)  # nothing of their own


def module(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__")


def imports(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dilemma":
            inside = (node.module or "").removeprefix("dilemma").lstrip(".")
            for alias in node.names:
                name = f"{inside}.{alias.name}".lstrip(".")
                yield name if name in ORDER else inside


def test_every_module_imports_only_what_stands_before_it():
    for file in ROOT.rglob("*.py"):
        name = module(file)
        if name in BARE:
            continue
        before = ORDER[: ORDER.index(name)]
        assert set(imports(file)) <= set(before), name


def test_what_is_public_is_announced_and_there():
    assert dilemma.__all__ == sorted(dilemma.__all__)
    for name in dilemma.__all__:
        assert getattr(dilemma, name).__doc__, name


def test_every_module_says_what_is_public():
    for file in ROOT.rglob("*.py"):
        if module(file) not in BARE[1:]:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            names = [
                t.id
                for n in tree.body
                if isinstance(n, ast.Assign)
                for t in n.targets
                if isinstance(t, ast.Name)
            ]
            assert "__all__" in names, file


def test_importing_the_package_loads_nothing_heavy():
    heavy = [*HEAVY, "rich", "typer"]
    script = f"import sys, dilemma; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    assert ran.stdout.strip() == "[]"


def test_help_loads_nothing_heavy():
    heavy = HEAVY
    script = (
        "import sys\nfrom dilemma.cli import main\nsys.argv = ['dilemma', '--help']\n"
        f"try:\n    main()\nexcept SystemExit:\n    print([m for m in {heavy} if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    assert ran.stdout.strip().endswith("[]")
