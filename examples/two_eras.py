"""Why did the alliance come to hang on trust? Two eras of one model, side by side."""

import dilemma

model = dilemma.load("abandonment")
found = dilemma.compare(model, draws=2000)

for era in found.eras:
    print(f"{era.title}: {'; '.join(era.equilibria.names)}")
    for player, kind in era.kinds.items():
        print(f"  {model.players[player].title}: {kind}")

post = found["post_cold_war"].equilibria
low, high = post.range_of("entrapment_japan")
print(f"Japan's entrapment risk since: {float(low):.3f} to {float(high):.3f} a decade")
print("Where does Japan's game change as it is drawn into more wars?")
print(dilemma.along(model, "post_cold_war", "m_J"))
