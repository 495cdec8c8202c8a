"""A training run on disk: its corpus and options, its last state, and a frame every few steps.

Everything is written atomically, so a run can be stopped at any moment, resumed, and opened
again after a restart. Only those who know a run's id can open it.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import time
import uuid
import zipfile
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import one_thread
from explorer.training.corpus import Corpus
from explorer.training.options import TrainingOptions

if TYPE_CHECKING:
    from explorer.training.skipgram import Trainer

RUNS = cache.Kind("runs", 1)
FRAMES = 60  # of a run, besides the first: a film of some seconds
RUN_ID = re.compile(r"[0-9a-f]{32}")
GONE = "This run's files are not there any more. Start again."
REPORT_EVERY = 20  # batches


@dataclass(frozen=True, eq=False)
class Run:
    """A training run and the folder that holds it.

    Attributes
    ----------
    folder
        Its files.
    corpus, options
        The text to learn from, and the hyperparameters.
    steps_an_epoch
        How many batches an epoch has.
    """

    folder: Path
    corpus: Corpus
    options: TrainingOptions
    steps_an_epoch: int

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def steps(self) -> int:
        """Batches in all epochs."""
        return self.steps_an_epoch * self.options.epochs

    @cached_property
    def frame_steps(self) -> list[int]:
        """The steps after which a frame is kept: dense at first, where most is learned."""
        shares = np.linspace(0, 1, FRAMES + 1) ** 2
        return sorted({int(step) for step in np.ceil(shares * self.steps)})

    def next_frame(self, step: int) -> int:
        """Return the step of the next frame after a step, or of the last frame."""
        return next((one for one in self.frame_steps if one > step), self.steps)

    def frames(self) -> list[int]:
        """Return the steps whose frames are on disk, ascending; 0 is before the first step."""
        return sorted(int(path.stem) for path in self.folder.glob("frames/*.npz"))

    def frame(self, step: int) -> tuple[NDArray[np.float32], float]:
        """Return a frame's vectors, (V, d), and mean loss per pair since the previous frame."""
        with np.load(frame_path(self.folder, step), allow_pickle=False) as kept:
            return kept["vectors"], float(kept["loss"])

    @property
    def is_over(self) -> bool:
        """Whether its last frame is on disk."""
        return frame_path(self.folder, self.steps).exists()


def frame_path(folder: Path, step: int) -> Path:
    """Return where a frame is kept."""
    return folder / "frames" / f"{step}.npz"


def shared_run(corpus: Corpus, options: TrainingOptions) -> Run:
    """Return the run that all who ask for this text and these settings share.

    An equal run would learn equal vectors, so that a class waits for one run, not for thirty. Its
    id can be guessed: use it for texts that come with the app.
    """
    arrays = hashlib.blake2b(corpus.ids.tobytes(), digest_size=16)
    arrays.update(corpus.sentence.tobytes())
    run_id = cache.content_key(
        text=arrays.hexdigest(), words=corpus.words, settings=asdict(options)
    )
    return open_run(run_id) or new_run(corpus, options, run_id)


def new_run(corpus: Corpus, options: TrainingOptions, run_id: str = "") -> Run:
    """Create a run with initial vectors, and return it; raises TrainingError."""
    from explorer.training.skipgram import Trainer  # loads torch: only where it is used

    trainer = Trainer.start(corpus, options)
    steps_an_epoch = trainer.steps_an_epoch()
    if steps_an_epoch == 0:
        raise TrainingError(
            f"{corpus.name} has no two words that stand beside each other within these settings. "
            "Drop a longer text, or set subsampling to 0."
        )
    run_id = run_id or uuid.uuid4().hex
    about = {
        "name": corpus.name,
        "words": corpus.words,
        "classes": dict(corpus.classes),
        "notes": corpus.notes,
        "settings": asdict(options),
        "steps_an_epoch": steps_an_epoch,
    }
    with cache.create(RUNS, run_id) as folder:
        (folder / "frames").mkdir()
        save(folder / "text.npz", ids=corpus.ids, sentence=corpus.sentence)
        save_state(folder, trainer)
        save(frame_path(folder, 0), vectors=trainer.vectors(), loss=np.float64("nan"))
        (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    run = open_run(run_id)
    if run is None:
        raise TrainingError("There is no room for a run. Set EXPLORER_CACHE_GB higher.")
    return run


def open_run(run_id: str) -> Run | None:
    """Return the run of that id, or None if there is none, or none any more."""
    if not RUN_ID.fullmatch(run_id):  # from a URL: it must not be a path
        return None
    folder = cache.find(RUNS, run_id)
    return None if folder is None else load(folder)


def load(folder: Path) -> Run | None:
    """Return the run that a folder holds, or None."""
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        with np.load(folder / "text.npz", allow_pickle=False) as text:
            corpus = Corpus(
                about["name"],
                tuple(about["words"]),
                text["ids"],
                text["sentence"],
                about["classes"],
                tuple(about["notes"]),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Run(
        folder,
        corpus,
        TrainingOptions(**about["settings"]),
        about["steps_an_epoch"],
    )


def train(folder: str, until: int, report: Report = no_report, *, seconds: float = math.inf) -> int:
    """Train a run up to a step, keeping frames, and return the step it reached.

    Runs on a worker, and ends with the first frame after so many seconds, so that others get
    their turn. Then, and if `report` raises, the run can be resumed from its last frame.

    Raises
    ------
    TrainingError
        The run's files are gone, or training diverged.
    """
    run = load(Path(folder))
    if run is None:
        raise TrainingError(GONE)
    trainer = load_state(run)
    report(trainer.step / run.steps, "learning")
    losses: list[float] = []
    end = time.monotonic() + seconds
    due = run.next_frame(trainer.step)
    with one_thread():
        batches = trainer.batches(run.steps_an_epoch)
        while trainer.step < min(until, run.steps):
            losses.append(next(batches))
            if trainer.step == due:
                due = run.next_frame(trainer.step)
                keep_frame(run, trainer, float(np.mean(losses)))
                losses = []
                if time.monotonic() >= end:
                    break
            if trainer.step % REPORT_EVERY == 0:
                report(trainer.step / run.steps, f"learning, step {trainer.step:,}")
    return trainer.step


def keep_frame(run: Run, trainer: Trainer, loss: float) -> None:
    """Save a frame and the state; raises TrainingError if the vectors are not finite."""
    vectors = trainer.vectors()
    if not np.isfinite(vectors).all():
        raise TrainingError(
            f"After {trainer.step:,} steps the vectors have overflowed: each step was so large "
            "that it overshot. Start again with a smaller learning rate."
        )
    # the frame first: a resumed run finds the frame of its state, and a frame whose state was
    # not saved is recomputed identically
    try:
        save(frame_path(run.folder, trainer.step), vectors=vectors, loss=np.float64(loss))
        save_state(run.folder, trainer)
        cache.grew(RUNS, run.id)
    except FileNotFoundError as error:  # the cache made room
        raise TrainingError(GONE) from error


def save_state(folder: Path, trainer: Trainer) -> None:
    """Save what is needed to resume: both embedding tables and the step."""
    tables = {name: value.cpu().numpy() for name, value in trainer.model.state_dict().items()}
    save(folder / "state.npz", step=np.int64(trainer.step), **tables)


def load_state(run: Run) -> Trainer:
    """Return the trainer as of the last frame; raises TrainingError."""
    import torch

    from explorer.training.skipgram import Trainer

    trainer = Trainer.start(run.corpus, run.options)
    try:
        with np.load(run.folder / "state.npz", allow_pickle=False) as state:
            trainer.step = int(state["step"])
            tables = {name: torch.from_numpy(state[name]) for name in state.files if name != "step"}
        trainer.model.load_state_dict(tables)
    except (OSError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise TrainingError(
            "This run's last state cannot be read any more. Start again: the same seed gives "
            "the same run."
        ) from error
    return trainer


def save(path: Path, **arrays: Any) -> None:
    """Write arrays to a file, atomically."""
    memory = io.BytesIO()
    np.savez(memory, **arrays)
    with cache.writing(), cache.temporary(path) as stream:
        stream.write(memory.getvalue())
