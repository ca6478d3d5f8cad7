"""The command line: results on standard output, errors on standard error, honest exit codes."""

import hashlib
import json

import pytest
import typer

import dilemma
from dilemma.cli.app import app
from small_stories import table_and_story

pytestmark = pytest.mark.slow


def test_compare_shows_all_shipped_models_and_says_its_seed(typed):
    code, out, err = typed("compare", "--draws", 20, "--seed", 7)
    assert (code, err) == (0, "")
    for name in dilemma.available():
        assert dilemma.load(name).title in out
    assert "seed 7" in out


def test_the_same_seed_gives_the_same_output(process, typed):
    asked = ("compare", "abandonment", "--draws", 300)
    here = typed(*asked).out
    assert process(*asked).stdout == here
    assert typed(*asked, "--seed", 1).out != here


SPOKEN = [
    ("list",),
    ("show", "abandonment"),
    ("solve", "abandonment_hedging", "--era", "post_cold_war"),
    ("select", "abandonment", "--era", "cold_war", "--starts", "0"),
    ("classroom", "abandonment"),
    ("plot", "replies", "abandonment", "-o", "replies.svg"),
    ("convert", "abandonment", "game.nfg", "--era", "cold_war"),
    ("compare", "abandonment", "--draws", 50),
    ("compare", "hedging", "--draws", 50),
    ("prove", "abandonment.C1.8"),
    ("statics", "hedging", "--era", "cold_war", "--outcome", "x_J"),
    ("sweep", "abandonment", "m_J=0:1:3", "--era", "cold_war"),
    ("sample", "abandonment", "--era", "cold_war", "--points", 8),
    ("sensitivity", "hedging", "x_J", "--era", "cold_war", "--points", 16),
    ("identify", "hedging", "x_J=0.3:0.4", "--era", "cold_war", "--points", 16, "--seconds", 0),
    ("measure-first", "abandonment.C1.3", "--points", 16),
    ("attribute", "hedging", "x_J"),
    ("dynamics", "cork"),
    ("commitment", "cork", "--era", "cold_war"),
    ("commitment", "abandonment", "--leader", "us"),
    ("correlated", "abandonment", "--era", "post_cold_war"),
    ("propositions", "hedging"),
    ("along", "abandonment", "m_J"),
    ("regions", "abandonment", "m_J", "v_J"),
    ("demo", "abandonment", "--draws", 50),
    ("new", "mine.toml"),
    ("table1", "table.toml"),
    ("scenario", "story.toml"),
]


@pytest.mark.parametrize("command", SPOKEN)
def test_every_command_speaks_json(command, typed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    table_and_story(tmp_path)
    code, told, _ = typed(*command, "--json")
    assert code == 0
    assert json.loads(told)


def test_no_command_is_left_out_and_most_speak_latex():
    commands = typer.main.get_command(app).commands
    assert {command for command, *_ in SPOKEN} == set(commands)
    options = {name: {o for p in c.params for o in p.opts} for name, c in commands.items()}
    assert all("--json" in own for own in options.values())
    assert sum("--latex" in own for own in options.values()) > len(options) / 2
    assert all("--at" in own for own in options.values() if "--era" in own)


def test_a_page_says_what_was_written(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = json.loads(typed("classroom", "abandonment", "--json").out)
    page = (tmp_path / "classroom.html").read_bytes()
    assert told["models"] == ["abandonment"]
    assert told["bytes"] == len(page)
    assert told["sha256"] == hashlib.sha256(page).hexdigest()


@pytest.mark.parametrize("command", ["select", "regions", "demo"])
def test_what_is_about_actions_is_refused_where_numbers_are_chosen(typed, command):
    ran = typed(command, "hedging")
    assert ran.code == 2
    assert "here numbers are chosen" in ran.err


def test_json_carries_exact_numbers(typed):
    found = json.loads(typed("solve", "abandonment", "--era", "post_cold_war", "--json").out)[0]
    assert found["equilibria"][2]["play"]["us"]["strong"] == "425/618"
    assert found["complete"] is True


def test_a_claim_that_fares_as_expected_exits_0(process):
    assert process("prove", "abandonment.firm_in_the_cold_war").returncode == 0


def test_a_claim_that_fares_otherwise_exits_1(typed, tmp_path, abandonment):
    path = tmp_path / "sabotage.toml"
    model = abandonment.replace(claims={"firm_in_the_cold_war": {"expect": "proved"}})
    path.write_text(model.to_toml(), encoding="utf-8")
    ran = typed("prove", f"{path}.firm_in_the_cold_war")
    assert ran.code == 1
    assert "(expected" in ran.out


@pytest.mark.parametrize("fared", ["vacuous", "contradictory"])
def test_a_claim_that_speaks_of_nothing_exits_1_unless_its_file_says_so(
    typed, tmp_path, fared, abandonment
):
    given = {"vacuous": "support_us > 1", "contradictory": "m_J > 1"}[fared]
    row = {"over": "all", "says": "", "given": given, "holds": "support_us < 1"}
    model = abandonment.replace(claims={"empty": row, "told": {**row, "expect": fared}})
    path = tmp_path / "empty.toml"
    path.write_text(model.to_toml(), encoding="utf-8")
    code, said, _ = typed("prove", f"{path}.empty")
    assert code == 1
    assert f"{fared} (expected proved)" in " ".join(said.split())
    assert typed("prove", f"{path}.told").code == 0


def test_a_formula_may_stand_for_a_claim(typed):
    formula = "abandonment.post_cold_war.support_us < cold_war.support_us"
    code, said, _ = typed("prove", formula, "--shared", "kap_J", "--json")
    (told,) = json.loads(said)["verdicts"]
    assert (told["status"], told["shared"], code) == ("mixed", ["kap_J"], 1)


def test_one_ledger_spans_the_models_and_the_second_time_remembers(typed):
    asked = ("prove", "abandonment.C1.8", "abandonment.C1.2", "abandonment_hedging.C1.8", "--json")
    first, second, fresh = (json.loads(typed(*asked, *m).out) for m in ([], [], ["--fresh"]))
    assert first["models"] == ["abandonment", "abandonment_hedging"]
    assert second["verdicts"] == first["verdicts"]
    remembered = [ledger["remembered"] for ledger in (first, second, fresh)]
    assert remembered == [0, len(first["verdicts"]), 0]


@pytest.mark.parametrize("ending", ["html", "csv", "tex", "json"])
def test_a_ledger_is_written_to_the_file_that_was_asked_for(typed, tmp_path, ending):
    path = tmp_path / f"ledger.{ending}"
    code, said, _ = typed("prove", "abandonment.C1.8", "-v", "-o", path)
    assert (code, said) == (0, f"written: {path}; 1 verdict: 1 proved\n")
    begins = {"html": "<!doctype html>", "csv": "model,claim", "tex": "% Packages: ", "json": "{"}
    assert path.read_text(encoding="utf-8").startswith(begins[ending])


def test_many_claims_are_explained_when_that_is_asked(typed):
    plain, verbose = (typed("prove", "abandonment.C1.1", *more).out for more in ([], ["-v"]))
    assert plain.count("Claim C1.1") == 0
    assert verbose.count("Claim C1.1") == 6


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("show", "abandonmint"), "did you mean 'abandonment'?"),
        (("solve", "abandonment", "--era", "cold_wars"), "did you mean 'cold_war'?"),
        (("solve", "abandonment", "--set", "m_K=1"), "did you mean 'm_U'?"),
        (("solve", "abandonment", "--set", "m_J=2"), "it may lie in [0, 1]"),
        (("solve", "abandonment", "--set", "m_J"), "write it as NAME=VALUE"),
        (("prove", "abandonment.no_such_claim"), "no claim 'no_such_claim'"),
        (("prove", "abandonment.stake_beats_entrapmant"), "did you mean 'stake_beats_entrapment'?"),
        (("prove", "abandonment.support_uss < 1"), "unknown name 'support_uss'"),
        (("prove", "abandonment.C1.8", "--given", "m_J > 0"), "only for a claim that is given as"),
        (("prove", "abandonment.C1.8", "-o", "ledger.pdf"), "ends in .html, .csv, .tex or .json"),
        (
            ("prove", "abandonment.C1.8", "-o", "nowhere/x.csv"),
            "there is no folder nowhere; make it first",
        ),
        (("prove", "abandonment.C1.8", "--workers", "0"), "greater than or equal to 1"),
        (("regions", "abandonment", "m_J", "v_K"), "did you mean 'v_U'?"),
        (("along", "abandonment", "x"), "no parameter 'x'"),
        (("show", "nowhere.toml"), "no model file at nowhere.toml"),
        (
            ("regions", "abandonment", "m_J", "p_J", "-o", "nowhere/x.png"),
            "there is no folder nowhere; make it first",
        ),
        (("regions", "abandonment", "m_J", "p_J", "-o", "x.jpeg2"), "ends in .png, .svg or .pdf"),
        (("new", "nowhere/mine.toml"), "there is no folder nowhere; make it first"),
        (("compare", "--draws", "0"), "greater than or equal to 1"),
    ],
)
def test_wrong_input_exits_2_with_a_sentence_and_no_traceback(typed, command, said):
    ran = typed(*command)
    assert ran.code == 2
    assert ran.out == ""
    assert said in " ".join(ran.err.split())


def test_a_wrong_model_file_exits_2_with_the_place(process, tmp_path, abandonment):
    path = tmp_path / "wrong.toml"
    path.write_text(
        abandonment.to_toml().replace('"n_J + phi_J"', '"n_J + phi_K"'),
        encoding="utf-8",
    )
    ran = process("compare", path)
    assert ran.returncode == 2
    assert "unknown name 'phi_K'" in ran.stderr
    assert "^^^^^" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_colour_is_left_out_where_it_is_not_wanted(process):
    ran = process("list", NO_COLOR="1", FORCE_COLOR="")
    assert "\x1b[3" not in ran.stdout


def test_a_map_is_written_to_the_file_that_was_asked_for(typed, tmp_path):
    for ending in ("png", "svg", "pdf"):
        ran = typed("regions", "abandonment", "m_J", "v_J", "-o", tmp_path / f"map.{ending}")
        assert ran.code == 0, ran.err
        assert (tmp_path / f"map.{ending}").stat().st_size > 1000


def test_a_new_model_file_is_a_good_one_and_overwrites_nothing(typed, tmp_path):
    path = tmp_path / "mine.toml"
    assert typed("new", path).code == 0
    assert typed("prove", path).code == 0
    again = typed("new", path)
    assert again.code == 2
    assert "exists already" in again.err


def test_in_class_only_what_is_offered_is_an_answer(typed):
    ran = typed(
        "demo", "abandonment", "--draws", 100, stdin="strng\n7\nSTRONG\n\n\n\nweak\nnone\nq\n"
    )
    assert ran.code == 0, ran.err
    assert ran.out.count("what is best for Japan? (weak/strong)") == 4  # the first of two thrice
    assert "'strng' is none of the answers: weak/strong." in ran.out
    assert "'7' is none of the answers: weak/strong." in ran.out
    assert "Right. strong: weak pays -0.14" in ran.out
    assert "'weak' is none of the answers: weak, weak; weak, strong; strong, weak;" in " ".join(
        ran.out.split()
    )
    assert "1 of 2 guesses were right." in ran.out


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("", "The input ended: no guesses."),
        ("strong\n", "The input ended: 1 of 1 guesses were right."),
    ],
)
def test_in_class_the_end_of_input_ends_it_in_one_sentence(stdin, said, typed):
    ran = typed("demo", "abandonment", "--draws", 100, stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == said


def test_in_class_actions_that_differ_in_case_alone_are_told_apart(typed, tmp_path):
    path = tmp_path / "case.nfg"
    path.write_text(
        'NFG 1 R "Case" { "Ann" "Bob" } { { "A" "a" } { "x" "y" } }\n\n1 1 0 0 0 0 1 1\n'
    )
    out = typed("demo", path, stdin="A\na\nq\n").out
    assert "Right. A: A pays 1, a pays 0" in out
    assert "Right. a: A pays 0, a pays 1" in out


def test_in_class_a_guess_is_judged_and_the_other_era_follows(typed):
    guesses = "strong\nweak\nstrong\nstrong\nstrong, strong\nweak, weak\n\n\n\n"
    ran = typed("demo", "abandonment", "--draws", 100, stdin=guesses)
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "No. strong: weak pays -0.049, strong pays -0.0221" in said
    assert "Right. Equilibria: (strong, strong)." in said
    assert "No. Equilibria: (weak, weak); (strong, strong); mixed" in said
    assert "4 of 6 guesses were right" in said


def test_a_class_may_stop_at_any_time(process):
    ran = process("demo", "abandonment", "--draws", 100, stdin="strong\nq\n")
    assert ran.returncode == 0
    assert "1 of 1 guesses were right" in ran.stdout
