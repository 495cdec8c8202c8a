"""What to try on the Axes page: poles with words to place, and the lists of association tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AxisLesson:
    """Poles, words to place between them, and what to look at."""

    low: str
    high: str
    words: str
    look: str


OCCUPATIONS = (
    "nurse, doctor, engineer, teacher, secretary, soldier, dancer, pilot, lawyer, scientist, "
    "maid, captain, chef, farmer, singer, student, carpenter, judge"
)

AXIS_LESSONS = {
    "male ↔ female": AxisLesson(
        "he, man, boy, father, king, husband, brother, son",
        "she, woman, girl, mother, queen, wife, sister, daughter",
        OCCUPATIONS,
        "Nobody is born a nurse or a soldier. The order comes from the texts that the model "
        "learned from.",
    ),
    "man ↔ woman": AxisLesson(
        "man",
        "woman",
        OCCUPATIONS,
        "One word at each pole, and the order changes: the axis now also holds every other "
        "difference between these two words.",
    ),
    "small ↔ large": AxisLesson(
        "small, tiny, little",
        "large, huge, enormous",
        "mouse, cat, dog, horse, elephant, house, mountain, city, planet, village, ship",
        "Does the order follow the size of things? A text calls a thing small or large compared "
        "with others of its kind, such as a large mouse.",
    ),
    "cheap ↔ expensive": AxisLesson(
        "cheap, poor, modest",
        "expensive, rich, luxury",
        "bread, diamond, palace, gold, water, silk, wool, castle, cabin, yacht, bicycle, jewelry",
        "Look at the poles: even most of their own words fall on the wrong side, and random axes "
        "spread the words as far. You can draw an axis between any words. This one measures hardly "
        "anything.",
    ),
    "bad ↔ good": AxisLesson(
        "bad, terrible, awful, horrible, evil",
        "good, great, wonderful, excellent, nice",
        "war, peace, murder, gift, holiday, disease, friend, enemy, prison, garden, music, tax",
        "All pole words fall on their own side, and hardly any random axis spreads these words "
        "as far. Few axes are as good as this one.",
    ),
}

PLEASANT = (
    "pleasant: caress, freedom, health, love, peace, cheer, friend, heaven, loyal, pleasure, "
    "diamond, gentle, honest, lucky, rainbow, diploma, gift, honor, miracle, sunrise, family, "
    "happy, laughter, paradise, vacation"
)
UNPLEASANT = (
    "unpleasant: abuse, crash, filth, murder, sickness, accident, death, grief, poison, stink, "
    "assault, disaster, hatred, pollute, tragedy, divorce, jail, poverty, ugly, cancer, kill, "
    "rotten, vomit, agony, prison"
)
MALE = "male: male, man, boy, brother, he, him, his, son"
FEMALE = "female: female, woman, girl, sister, she, her, hers, daughter"

# The word lists of Caliskan, Bryson & Narayanan 2017, supplementary material.
ASSOCIATIONS = {
    "flowers and insects": (
        "flowers: aster, clover, hyacinth, marigold, poppy, azalea, crocus, iris, orchid, rose, "
        "bluebell, daffodil, lilac, pansy, tulip, buttercup, daisy, lily, peony, violet, "
        "carnation, gladiola, magnolia, petunia, zinnia",
        "insects: ant, caterpillar, flea, locust, spider, bedbug, centipede, fly, maggot, "
        "tarantula, bee, cockroach, gnat, mosquito, termite, beetle, cricket, hornet, moth, wasp, "
        "blackfly, dragonfly, horsefly, roach, weevil",
        PLEASANT,
        UNPLEASANT,
    ),
    "instruments and weapons": (
        "instruments: bagpipe, cello, guitar, lute, trombone, banjo, clarinet, harmonica, "
        "mandolin, trumpet, bassoon, drum, harp, oboe, tuba, bell, fiddle, harpsichord, piano, "
        "viola, bongo, flute, horn, saxophone, violin",
        "weapons: arrow, club, gun, missile, spear, axe, dagger, harpoon, pistol, sword, blade, "
        "dynamite, hatchet, rifle, tank, bomb, firearm, knife, shotgun, teargas, cannon, grenade, "
        "mace, slingshot, whip",
        PLEASANT,
        UNPLEASANT,
    ),
    "math and arts": (
        "math: math, algebra, geometry, calculus, equations, computation, numbers, addition",
        "arts: poetry, art, dance, literature, novel, symphony, drama, sculpture",
        MALE,
        FEMALE,
    ),
    "career and family": (
        "career: executive, management, professional, corporation, salary, office, business, "
        "career",
        "family: home, parents, children, family, cousins, marriage, wedding, relatives",
        MALE,
        FEMALE,
    ),
}
