"""A figure for a paper: which equilibria where, as PDF, SVG and PNG."""

from pathlib import Path

import dilemma
from dilemma.figures import save

model = dilemma.load("abandonment")
found = dilemma.region_map(model, "m_J", "p_J")
figure = dilemma.plot(found)
for ending in ("pdf", "svg", "png"):
    path = Path(f"regions.{ending}")
    save(figure, path)
    print(path, path.stat().st_size > 0)
for panel in found.panels:
    print(f"{panel.title}: {', '.join(panel.at_centre)} at the centre")
