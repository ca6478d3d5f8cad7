"""Results for a paper and for other programs: LaTeX, CSV, JSON, pandas, xarray."""

from pathlib import Path

import dilemma
from dilemma.output.tables import PREAMBLE

model = dilemma.load("abandonment")
found = dilemma.solve(model, "post_cold_war")
ledger = dilemma.prove(model, "C1.6")

# What any result says in LaTeX goes into a paper by \input; with the preamble it is a document.
tables = "\n\n".join(result.to_latex() for result in (found, ledger))
document = f"{PREAMBLE}\n\\begin{{document}}\n{tables}\n\\end{{document}}\n"

for name, text in {
    "tables.tex": document,
    "claims.csv": ledger.to_csv(),
    "equilibria.json": found.to_json(),
    "page.html": ledger.to_html(),
}.items():
    Path(name).write_text(text, encoding="utf-8")
    print(name, len(text.splitlines()), "lines")

frame = dilemma.to_pandas(found)
print(frame[["support_japan", "entrapment_japan"]].round(3))
data = dilemma.compare(model, draws=500).to_dataset()
print(data["entrapment_japan"].sel(end="high").values)
