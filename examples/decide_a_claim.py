"""A sentence of the paper, decided; and one of your own."""

import dilemma

model = dilemma.load("abandonment")
verdict = dilemma.prove(model, "abandonment_falls_japan_firm")[0]
print(verdict.claim.says)
print(f"  {verdict.status}; it fails where")
for era, moved in verdict.fails.moved.items():
    at = verdict.fails.calibrations[era]
    print(f"  {era}: " + (", ".join(f"{name} = {at[name]}" for name in moved) or "the centre"))

# What a proof needs, and how far the boxes may be blown up around their centres.
(verdict,) = dilemma.prove(model, "C1.6 Japan (S,S)", robust=True)
print(verdict.claim.says)
for need in verdict.robustness.needs:
    print(f"  needs {need.words}")
print(f"  proved up to {float(verdict.robustness.radius.proved):.2f} times the boxes")

# Whatever is played, Japan is never sure to be dragged into a war.
print(dilemma.prove(model, "post_cold_war.entrapment_japan < 1"))
