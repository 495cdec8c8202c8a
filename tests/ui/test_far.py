"""When a text is told to be far from everything: chosen on some texts, judged on others."""

from __future__ import annotations

from functools import cache

import pytest

from explorer import encode, open_space
from explorer.projection import project
from explorer.projection.out_of_sample import land
from explorer.ui.map.landing import is_far
from tests.conftest import ROOT

# Each set was written before it was measured. True: a book fits the text; False: none does.
CHOSEN_ON = {
    True: """a whale hunt that drives a captain mad; an orphan boy asks for more food; a girl falls
        down a rabbit hole; two families and a love that ends in death; a knight who fights
        windmills; a prince whose father's ghost asks for revenge; a pilot meets a small prince
        from another planet; a man wakes up as an insect; a murder that the student cannot forget;
        a sailor comes home after ten years of wandering; a detective solves crimes with his doctor
        friend; children are stranded on an island and turn wild; an invisible man terrorizes a
        village; a vampire count travels to England; a young woman learns to overcome pride and
        prejudice""",
    False: """my printer does not print anymore; reset the password of my account; the invoice of
        March is missing; train to the airport leaves at nine; two eggs, flour and a pinch of salt;
        the battery of my phone is empty; qwertz uiop asdf; how do I install the update; interest
        rates rise by half a percent; the meeting is moved to Thursday; screws of six millimeters
        for the shelf; the goalkeeper saved a penalty; select name from users where id is 3; rain
        in the north, sun in the south; please send me the parcel again""",
}
JUDGED_ON = {
    True: """a scientist makes a living monster; shipwrecked alone on an island; two lovers from
        enemy families; a house with dark secrets on the moor; an old man fights a great fish; a
        journey under the sea in a strange submarine; a wooden puppet wants to be a real boy; a
        portrait ages while its owner stays young; the rise and fall of a family of merchants; a
        governess sees ghosts; a traveler goes to the far future in a machine; men hunt for a
        pirate's gold; a thief who steals from the rich; a slave tells how he became free; a woman
        is punished for adultery with a letter on her dress""",
    False: """the router has no connection to the internet; my refund has not arrived yet; change
        the oil every ten thousand kilometers; the bus stop is closed for repairs; a kilogram of
        tomatoes and an onion; error 404 page not found; shares of the bank fell on Monday; the
        dentist has an appointment at four; how much is the rent of this flat; the server restarts
        at midnight; blue socks, size forty-two; download the driver for the graphics card; the
        washing machine leaks water; the team lost in overtime; lorem ipsum dolor sit amet""",
}


@cache
def told_far(texts: str) -> list[bool]:
    """Return of each text whether it is told to be far from all books."""
    books = open_space(ROOT / "sample_data" / "books.npy")
    drawn = project(books, "pca")
    asked = [" ".join(text.split()) for text in texts.split(";")]
    vectors = encode(asked).vectors
    return [
        is_far(land(books, drawn, text, vector))
        for text, vector in zip(asked, vectors, strict=True)
    ]


@pytest.mark.parametrize("texts", [CHOSEN_ON, JUDGED_ON], ids=["chosen on", "judged on"])
def test_what_fits_no_book_is_told_far_and_what_fits_one_is_not(texts: dict[bool, str]) -> None:
    assert told_far(texts[True]) == [False] * 15
    assert told_far(texts[False]) == [True] * 15
