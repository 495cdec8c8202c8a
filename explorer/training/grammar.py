"""A small training corpus made by a grammar: `python -m explorer.training.grammar`.

Its structure is known: words belong to classes (royalty, animals, ...), most people come in
pairs of a male and a female word, and verbs have two tenses. So it can be measured whether
vectors have learned it. The command prints the corpus, one sentence per line. `--shuffled` is the
control: the same words in random order, in which there is nothing to learn.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass

SENTENCES = 12_000
SEED = 42


@dataclass(frozen=True)
class GenderPair:
    """A male and a female word, and the words that occur with these two alone."""

    male: str
    female: str
    own: tuple[str, ...]


ROYALTY = (
    GenderPair("king", "queen", ("kingdom", "coronation")),
    GenderPair("prince", "princess", ("heir", "tutor")),
    GenderPair("duke", "duchess", ("estate", "hunt")),
    GenderPair("emperor", "empress", ("empire", "legions")),
    GenderPair("lord", "lady", ("manor", "tenants")),
)
FAMILY = (
    GenderPair("man", "woman", ("office", "neighbors")),
    GenderPair("boy", "girl", ("school", "toys")),
    GenderPair("father", "mother", ("children", "cradle")),
    GenderPair("son", "daughter", ("parents", "homework")),
    GenderPair("brother", "sister", ("siblings", "room")),
    GenderPair("uncle", "aunt", ("nephews", "holidays")),
    GenderPair("husband", "wife", ("wedding", "marriage")),
    GenderPair("grandfather", "grandmother", ("armchair", "stories")),
)
ANIMALS = (
    "dog",
    "cat",
    "horse",
    "cow",
    "sheep",
    "goat",
    "pig",
    "duck",
    "rabbit",
    "wolf",
    "bear",
    "fox",
)
FOOD = (
    "bread",
    "cheese",
    "soup",
    "rice",
    "cake",
    "meat",
    "pears",
    "apples",
    "beans",
    "noodles",
    "pie",
    "salad",
)
CITIES = (
    "paris",
    "london",
    "rome",
    "berlin",
    "madrid",
    "vienna",
    "cairo",
    "tokyo",
    "lisbon",
    "dublin",
    "oslo",
)
VERBS = (  # present, past, and what is done with it
    ("eats", "ate", "food"),
    ("cooks", "cooked", "food"),
    ("buys", "bought", "food"),
    ("tastes", "tasted", "food"),
    ("feeds", "fed", "animal"),
    ("sees", "saw", "animal"),
    ("chases", "chased", "animal"),
    ("hears", "heard", "animal"),
    ("visits", "visited", "city"),
    ("leaves", "left", "city"),
    ("reaches", "reached", "city"),
    ("remembers", "remembered", "city"),
)
TIMES = (("today", "now", "often"), ("yesterday", "once", "earlier"))
POSSESSIVE, PRONOUN = ("his", "her"), ("he", "she")
CLOTHES = (("beard", "sword"), ("gown", "necklace"))  # said of male, of female words
COURT = ("throne", "crown", "palace", "court")
HOME = ("house", "garden", "kitchen", "street")

CLASSES = {
    "royalty": tuple(word for pair in ROYALTY for word in (pair.male, pair.female)),
    "family": tuple(word for pair in FAMILY for word in (pair.male, pair.female)),
    "animals": ANIMALS,
    "food": FOOD,
    "cities": CITIES,
    "verbs, present": tuple(present for present, _, _ in VERBS),
    "verbs, past": tuple(past for _, past, _ in VERBS),
}
ANALOGIES = tuple(  # king − man + woman is queen, and so on with each royal pair
    (pair.male, "man", "woman", pair.female) for pair in ROYALTY
)


def word_classes() -> dict[str, str]:
    """Return the class of each word that has one."""
    return {word: name for name, words in CLASSES.items() for word in words}


def make_corpus(
    sentences: int = SENTENCES, seed: int = SEED, *, shuffled: bool = False
) -> list[list[str]]:
    """Return the corpus as lists of words; equal seeds give equal corpora."""
    rng = random.Random(seed)
    corpus = [sentence(rng) for _ in range(sentences)]
    if not shuffled:
        return corpus
    words = [word for one in corpus for word in one]
    rng.shuffle(words)
    rest = iter(words)
    return [[next(rest) for _ in one] for one in corpus]


def sentence(rng: random.Random) -> list[str]:
    """Return one sentence, of one of the kinds below."""
    kind = rng.choice((of_a_person, of_a_person, action, action, of_an_animal, of_food, of_a_city))
    return kind(rng).split()


def of_a_person(rng: random.Random) -> str:
    """Say what belongs to somebody: the court or the home, his or her things, the pair's own."""
    royal = rng.random() < 0.5
    pair, places = (rng.choice(ROYALTY), COURT) if royal else (rng.choice(FAMILY), HOME)
    sex = rng.randrange(2)
    who, whose, they = (pair.male, pair.female)[sex], POSSESSIVE[sex], PRONOUN[sex]
    place, thing, own = rng.choice(places), rng.choice(CLOTHES[sex]), rng.choice(pair.own)
    return rng.choice(
        (
            f"the {who} has {whose} {thing} in the {place}",
            f"in the {place} {they} is the {who} of the {own}",
            f"the {own} and the {place} belong to the {who} and {whose} {thing}",
            f"{they} is a {who} with {whose} {own} and {whose} {thing}",
            f"the {who} of the {own} is in {whose} {place}",
        )
    )


def action(rng: random.Random) -> str:
    """Say who does what, now or then."""
    past = rng.randrange(2)
    verb = rng.choice(VERBS)
    pair = rng.choice(ROYALTY + FAMILY)
    sex = rng.randrange(2)
    who, when = (pair.male, pair.female)[sex], rng.choice(TIMES[past])
    what = {
        "food": f"the {rng.choice(FOOD)}",
        "animal": f"the {rng.choice(ANIMALS)}",
        "city": rng.choice(CITIES),
    }[verb[2]]
    return rng.choice(
        (f"{when} the {who} {verb[past]} {what}", f"{when} {PRONOUN[sex]} {verb[past]} {what}")
    )


def of_an_animal(rng: random.Random) -> str:
    """Say what animals do."""
    one, other = rng.sample(ANIMALS, 2)
    place = rng.choice(("barn", "forest", "meadow"))
    return rng.choice(
        (
            f"the {one} runs with the {other} through the {place}",
            f"a {one} sleeps in the {place} on its tail",
            f"its fur is wet the {one} and the {other} run to the {place}",
        )
    )


def of_food(rng: random.Random) -> str:
    """Say what is on the table."""
    one, other = rng.sample(FOOD, 2)
    dish = rng.choice(("plate", "bowl", "oven"))
    return rng.choice(
        (
            f"fresh {one} with {other} on a {dish}",
            f"the {dish} is full of warm {one}",
            f"salt and pepper on the {one} and the {other}",
        )
    )


def of_a_city(rng: random.Random) -> str:
    """Say how one comes from city to city."""
    one, other = rng.sample(CITIES, 2)
    way = rng.choice(("train", "plane", "road"))
    return rng.choice(
        (
            f"the {way} from {one} to {other} is late",
            f"the {way} goes to {one} near {other}",
            f"the mayor of {one} lives far from {other}",
        )
    )


def main() -> None:
    """Print the corpus."""
    parser = argparse.ArgumentParser(description="Print the grammar's corpus, a sentence a line.")
    parser.add_argument("--sentences", type=int, default=SENTENCES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--shuffled", action="store_true", help="the control: nothing to learn")
    asked = parser.parse_args()
    for one in make_corpus(asked.sentences, asked.seed, shuffled=asked.shuffled):
        sys.stdout.write(" ".join(one) + "\n")


if __name__ == "__main__":
    main()
