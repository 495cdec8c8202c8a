"""What to try on the Analogies page: questions with what to look at in the answer.

They were chosen on the sample of 10,000 words, where a test checks what is said of each. Another
space offers those whose words it has.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A is to B as C is to `expected`, with what to look at, and whether it succeeds."""

    a: str
    b: str
    c: str
    expected: str
    look: str
    succeeds: bool = True

    @property
    def title(self) -> str:
        """'man : king :: woman'"""
        return f"{self.a} : {self.b} :: {self.c}"


LESSONS = (
    Lesson(
        "man",
        "king",
        "woman",
        "queen",
        "The most famous one. Allow the input words, and “king” is the answer: the sum has hardly "
        "moved away from it. And “queen” is among the nearest to “king” before any arithmetic.",
    ),
    Lesson(
        "france",
        "paris",
        "japan",
        "tokyo",
        "The step from a country to its capital. Look at “nearest to japan alone”: which of its "
        "neighbors are not cities?",
    ),
    Lesson(
        "big",
        "bigger",
        "small",
        "smaller",
        "Look at the nearest to “small” alone: it is “smaller” as well. The answer is right, and "
        "the arithmetic had nothing to add. Linzen 2016 found this in many analogies.",
    ),
    Lesson(
        "foot",
        "feet",
        "tooth",
        "teeth",
        "The model has never seen how these words are spelled. It knows only the words around "
        "them, so irregular plurals are no harder than regular ones.",
    ),
    Lesson(
        "christianity",
        "church",
        "islam",
        "mosque",
        "Look at the margin: how far is the second answer behind?",
    ),
    Lesson(
        "actor",
        "actress",
        "uncle",
        "aunt",
        "The same step as from man to woman, taken from another pair. Try it with 3CosMul as well.",
    ),
    Lesson(
        "walk",
        "walked",
        "run",
        "ran",
        "The answer is “running”, because it is so close to “run”: that closeness outweighs the "
        "step. The right answer is close behind. Pair direction looks only at the step: does it "
        "help?",
        succeeds=False,
    ),
    Lesson(
        "april",
        "march",
        "may",
        "june",
        "“may” is one vector for two words, a month and a verb, and the verb is the more "
        "frequent one. Static embeddings have one vector per spelling, whatever it means.",
        succeeds=False,
    ),
    Lesson(
        "man",
        "doctor",
        "woman",
        "nurse",
        "Often shown as proof of prejudice. Here the arithmetic adds nearly nothing: the answers "
        "are the neighbors of “doctor”, whatever is asked. And the answer can never be “doctor” "
        "itself, because input words are left out. Nissim et al. 2020 tell the story.",
        succeeds=False,
    ),
)

FORMULAS = (
    "king - man + woman",
    "paris - france + 2*italy",
    "(king + queen) / 2 - man",
    "snow + mountain",
)

FAMILIES = {
    "capitals": (
        "france, paris\ngermany, berlin\nitaly, rome\nspain, madrid\nrussia, moscow\njapan, tokyo\n"
        "china, beijing\negypt, cairo\nengland, london\ngreece, athens\naustria, vienna\n"
        "ireland, dublin"
    ),
    "family": (
        "man, woman\nboy, girl\nking, queen\nprince, princess\nfather, mother\nson, daughter\n"
        "brother, sister\nuncle, aunt\nhusband, wife\ngrandfather, grandmother\nnephew, niece\n"
        "actor, actress"
    ),
    "plurals": (
        "bird, birds\ncar, cars\ncat, cats\ndog, dogs\nchild, children\neye, eyes\nhand, hands\n"
        "horse, horses\nman, men\nwoman, women\nfoot, feet\ntooth, teeth"
    ),
    "tenses": (
        "walk, walked\nplay, played\nlook, looked\nsay, said\ngo, went\nsee, saw\nknow, knew\n"
        "sing, sang\nfly, flew\nrun, ran\ntake, took\nthink, thought"
    ),
    "comparatives": (
        "big, bigger\nsmall, smaller\nfast, faster\nslow, slower\nhigh, higher\nlow, lower\n"
        "old, older\nyoung, younger\nstrong, stronger\nlong, longer\ngood, better\nbad, worse"
    ),
    "no family at all": (
        "king, table\nriver, seven\ngreen, lawyer\nmusic, north\nbread, engine\nwinter, poem\n"
        "doctor, gold\ntrain, honey\nwindow, tiger\nocean, chair"
    ),
}
