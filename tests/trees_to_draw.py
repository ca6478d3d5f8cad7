"""Trees that are drawn: with types that signal, cards that are hidden, forty ends, and no first mover."""

import dilemma
from small_games import ranging


def tree(name, players, nodes, payoffs, **more):
    return dilemma.Model(
        name=name, title=name.capitalize(), kind="tree",
        players={player: {"title": player.capitalize()} for player in players}, tree=nodes,
        payoffs={end: dict(zip(players, paid, strict=True)) for end, paid in payoffs.items()}, **more,
    )  # fmt: skip


def move(player, actions, information=""):
    told = {"player": player, "actions": actions.split()}
    return told | ({"information": information} if information else {})


def signalling(pays, *, prior="p", **more):
    """Return a game in which a sender of two types sends one of two messages, and a receiver replies.

    ``pays`` says what both are paid for a type, a message and a reply.
    """
    nodes = {"root": {"chance": {"strong": prior, "weak": f"1 - ({prior})"}}}
    payoffs = {}
    for kind in ("strong", "weak"):
        nodes[kind] = move("sender", "beer quiche")
        for meal in ("beer", "quiche"):
            nodes[f"{kind}, {meal}"] = move("receiver", "duel retreat", f"saw {meal}")
            for reply in ("duel", "retreat"):
                payoffs[f"{kind}, {meal}, {reply}"] = pays(kind, meal, reply)
    if prior == "p":
        more = {"parameters": {"p": ranging(0, 1)}} | more
    return tree("signalling", ("sender", "receiver"), nodes, payoffs, **more)


def beer_and_quiche():
    """Return the game of Cho and Kreps 1987, figure 1, whose strong type has the chance p."""

    def pays(kind, meal, reply):
        liked = (meal == "beer") == (kind == "strong")
        return liked + 2 * (reply == "retreat"), int((reply == "duel") == (kind == "weak"))

    return signalling(pays)


def poker():
    """Return Kuhn's poker with three cards (Kuhn 1950): thirty ends, twelve information sets."""
    deals = [a + b for a in "JQK" for b in "JQK" if a != b]
    nodes, payoffs = {"root": {"chance": dict.fromkeys(deals, "1/6")}}, {}
    for deal in deals:
        won = 1 if "JQK".index(deal[0]) > "JQK".index(deal[1]) else -1
        nodes[deal] = move("ann", "check bet", f"ann {deal[0]}")
        nodes[f"{deal}, check"] = move("bob", "check bet", f"bob {deal[1]} checked")
        nodes[f"{deal}, bet"] = move("bob", "fold call", f"bob {deal[1]} bet")
        nodes[f"{deal}, check, bet"] = move("ann", "fold call", f"ann {deal[0]} again")
        paid = {"check, check": won, "bet, fold": 1, "bet, call": 2 * won}
        paid |= {"check, bet, fold": -1, "check, bet, call": 2 * won}
        payoffs |= {f"{deal}, {way}": (pay, -pay) for way, pay in paid.items()}
    return tree("poker", ("ann", "bob"), nodes, payoffs)


def forty():
    """Return a tree of forty ends: an offer, luck that is not seen, an answer, and a veto."""
    nodes, payoffs = {"root": move("ann", "none little half much all")}, {}
    for share, offer in enumerate(nodes["root"]["actions"]):
        nodes[offer] = {"chance": {"boom": "1/3", "slump": "2/3"}}
        for luck, pie in (("boom", 4), ("slump", 2)):
            nodes[f"{offer}, {luck}"] = move("bob", "accept refuse", f"bob {offer}")
            for answer in ("accept", "refuse"):
                here = f"{offer}, {luck}, {answer}"
                nodes[here] = move("cleo", "ratify block")
                gets = (pie * (4 - share) / 4, pie * share / 4, f"{share}/3")
                payoffs[f"{here}, ratify"] = gets if answer == "accept" else ("1/8", "1/4", 0)
                payoffs[f"{here}, block"] = (-1, -1, "-1/6")
    return tree("forty", ("ann", "bob", "cleo"), nodes, payoffs)


def nobody_first():
    """Return a tree in which neither of two knows whether the other has moved."""
    nodes, payoffs = {"root": {"chance": {"heads": "1/2", "tails": "1/2"}}}, {}
    for side, first, second in (("heads", "ann", "bob"), ("tails", "bob", "ann")):
        nodes[side] = move(first, "go stop", first[0])
        nodes[f"{side}, go"] = move(second, "go stop", second[0])
        payoffs |= {
            f"{side}, stop": (0, 0),
            f"{side}, go, go": (2, 1),
            f"{side}, go, stop": (-1, 0),
        }
    return tree("nobody_first", ("ann", "bob"), nodes, payoffs)
