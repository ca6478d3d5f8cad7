"""Which way does each outcome move with each parameter, and is the sign the same everywhere?"""

import dilemma

model = dilemma.load("hedging")
found = dilemma.statics(model, "cold_war", ["x_J", "x_U"], ["g_J", "g_U", "tau_J", "kap_J"])

# "+" and "-" are proved for the whole box of the era, not only at its centre.
for response in found["cold_war"]:
    print(response.equilibrium)
    for effect in response.effects.values():
        print(
            f"  d{effect.outcome}/d{effect.parameter} = {float(effect.value):+.3f} ({effect.sign})"
        )
