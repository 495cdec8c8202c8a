"""MovieLens 100k: fetched from its publisher, checked, and read; it may not be passed on.

Only the file whose checksum is known is kept. It lies in the cache, and is fetched again where the
cache made room.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from explorer import cache
from explorer.beyond.tastes.reading import with_about
from explorer.beyond.tastes.tastes import Nouns, Tastes, make_tastes
from explorer.errors import DownloadError
from explorer.jobs.progress import Report, no_report
from explorer.settings import load_settings
from explorer.wording import readable_bytes

DATA_SETS = cache.Kind("data sets", 1)
CHUNK = 64 << 10
STALLED_SECONDS = 20.0  # without a byte, after which it is given up
FILMS = Nouns("person", "people", "film", "films")
TERMS = """\
Neither the University of Minnesota nor any of the researchers involved can guarantee the \
correctness of the data, its suitability for any particular purpose, or the validity of results \
based on the use of the data set. The data set may be used for any research purposes under the \
following conditions:

* The user may not state or imply any endorsement from the University of Minnesota or the \
GroupLens Research Group.
* The user must acknowledge the use of the data set in publications resulting from the use of the \
data set.
* The user may not redistribute the data without separate permission.
* The user may not use this information for any commercial or revenue-bearing purposes without \
first obtaining permission from a faculty member of the GroupLens Research Project at the \
University of Minnesota."""
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19."
)
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
FIRST_GENRE = 5  # column of u.item


@dataclass(frozen=True)
class DataSet:
    """A file that its publisher offers: where, how large it is, and its SHA-256."""

    name: str
    url: str
    size: int
    sha256: str
    about: str

    @property
    def file(self) -> str:
        """The file's name."""
        return self.url.rpartition("/")[2]


MOVIELENS = DataSet(
    "MovieLens 100k",
    "https://files.grouplens.org/datasets/movielens/ml-100k.zip",
    4_924_029,
    "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
    "https://files.grouplens.org/datasets/movielens/ml-100k-README.txt",
)


def fetched(data: DataSet = MOVIELENS) -> Path | None:
    """Return the file of a data set that was fetched before, or None."""
    folder = cache.find(DATA_SETS, data.sha256)
    return folder / data.file if folder is not None and (folder / data.file).exists() else None


def fetch(data: DataSet = MOVIELENS, report: Report = no_report) -> Path:
    """Fetch a data set from its publisher, and return its file.

    A proxy is used where the environment names one.

    Parameters
    ----------
    report
        Told the share and the bytes; what it raises ends the download.

    Raises
    ------
    DownloadError
        The network fails, or what came is not the file that is known.
    """
    if (found := fetched(data)) is not None:
        return found
    check_room(data)
    report(0.0, f"asking {data.url}")
    content = io.BytesIO()
    try:
        # an opener of its own: the usual one remembers the proxies of its first call
        opener = urllib.request.build_opener()
        with opener.open(data.url, timeout=STALLED_SECONDS) as answer:
            while part := answer.read1(CHUNK):
                content.write(part)
                if content.tell() > data.size:
                    raise not_the_file(data, f"more than {data.size:,} bytes")
                done = readable_bytes(content.tell())
                report(
                    content.tell() / data.size,
                    f"fetching {data.name}: {done} of {readable_bytes(data.size)}",
                )
    except TimeoutError:
        raise failed(data, f"no answer for {STALLED_SECONDS:.0f} seconds") from None
    except urllib.error.URLError as error:
        raise failed(data, str(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise failed(data, type(error).__name__) from None
    return keep(data, content.getvalue())


def keep_file(path: Path, data: DataSet = MOVIELENS) -> Path:
    """Take over a file that was fetched by other means; raises DownloadError for another one."""
    try:
        with path.open("rb") as stream:
            content = stream.read(data.size + 1)
    except OSError as error:
        raise DownloadError(
            f"{path} cannot be read: {error.strerror}. Name another file."
        ) from None
    return keep(data, content)


def keep(data: DataSet, content: bytes) -> Path:
    """Write a file into the cache if it is the one that is known."""
    if hashlib.sha256(content).hexdigest() != data.sha256:
        raise not_the_file(data, f"{len(content):,} bytes, with another checksum")
    return cache.keep(DATA_SETS, data.sha256, data.file, lambda stream: stream.write(content))


def check_room(data: DataSet) -> None:
    """Raise DownloadError where the cache could not hold the file beside what is computed of it."""
    limit = load_settings().cache_gb * 1e9
    if data.size > limit:
        raise DownloadError(
            f"{data.name} has {readable_bytes(data.size)}; the cache holds up to "
            f"{readable_bytes(int(limit))}. Set EXPLORER_CACHE_GB higher."
        )


def failed(data: DataSet, why: str) -> DownloadError:
    """Return the error for a download that did not come."""
    return DownloadError(
        f"{data.url} could not be fetched: {why}. Check the network, or download {data.file} on "
        "another machine and hand it over: embedding-explorer fetch-movielens --file "
        f"{data.file}"
    )


def not_the_file(data: DataSet, what: str) -> DownloadError:
    """Return the error for a file that is not the one that is known."""
    return DownloadError(
        f"This is not the {data.file} that is known ({data.size:,} bytes, SHA-256 "
        f"{data.sha256[:12]}…): {what}. Nothing was kept. Is there a sign-in page between here and "
        "the publisher? Try again in another network."
    )


def read_movielens(path: Path, *, seed: int = 0) -> Tastes:
    """Return who rated which film, with stars and times, and each film's year and genres.

    Raises
    ------
    DownloadError
        The archive has another form than the one that its README describes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            rows = np.loadtxt(io.BytesIO(archive.read("ml-100k/u.data")), np.int64, ndmin=2)
            lines = archive.read("ml-100k/u.item").decode("latin-1").split("\n")
        films = [line.rstrip("\r").split("|") for line in lines if line.strip()]
        titles = unlike([film[1] for film in films], [film[0] for film in films])
        number = {int(film[0]): row for row, film in enumerate(films)}
        people = np.unique(rows[:, 0])
        made = make_tastes(
            MOVIELENS.name,
            (np.searchsorted(people, rows[:, 0]), [f"person {one}" for one in people]),
            (np.array([number[int(one)] for one in rows[:, 1]]), titles),
            ratings=rows[:, 2].astype(np.float32),
            times=rows[:, 3].astype(np.float64),
            nouns=FILMS,
            seed=seed,
        )
        about = dict(zip(titles, films, strict=True))
        return with_about(made, None, about_films([about[title] for title in made.items]))
    except (KeyError, IndexError, ValueError, zipfile.BadZipFile) as error:
        raise DownloadError(
            f"{path.name} does not hold what its README describes ({type(error).__name__}). "
            "Remove it and fetch it again."
        ) from None


def unlike(titles: list[str], numbers: list[str]) -> list[str]:
    """Return titles none of which occurs twice: some films are listed under two numbers."""
    often = Counter(titles)
    return [
        title if often[title] == 1 else f"{title} [{number}]"
        for title, number in zip(titles, numbers, strict=True)
    ]


def about_films(films: list[list[str]]) -> pa.Table:
    """Return a table of films: year, the first genre that is flagged, and all of them."""
    flagged = [
        [name for name, flag in zip(GENRES, film[FIRST_GENRE:], strict=False) if flag == "1"]
        for film in films
    ]
    years = [film[2][-4:] for film in films]
    return pa.table(
        {
            "year": pa.array([int(one) if one.isdigit() else None for one in years], pa.int32()),
            "genre": [one[0] if one else "unknown" for one in flagged],
            "genres": [", ".join(one) for one in flagged],
        }
    )
