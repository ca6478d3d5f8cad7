"""Claims of your own, on the fly: always, somewhere, in some equilibrium, or never."""

import dilemma

model = dilemma.load("abandonment")


def show(claim: str | dilemma.Claim, **fields: str) -> dilemma.Verdict:
    (verdict,) = dilemma.prove(model, claim, **fields)
    print(f"{verdict.status:9} {' '.join(verdict.claim.text['holds'].split())}")
    return verdict


# At every calibration, in every equilibrium.
show("post_cold_war.entrapment_japan(strong, strong) > cold_war.entrapment_japan(strong, strong)")
show("post_cold_war.entrapment_japan < 1/2", given="post_cold_war.m_J < 1/2")
# At every calibration, in some equilibrium; and at some calibration.
show(model.make_claim(exists="cold_war.support_japan > 0"))
show(model.make_claim(possible="post_cold_war.support_japan == 0"))

# A claim that fails somewhere comes with an exact counterexample.
verdict = show("cold_war.support_japan == 1")
at = verdict.fails.calibrations["Cold War"]
print("it fails at", ", ".join(f"{name} = {at[name]}" for name in verdict.fails.moved["Cold War"]))
