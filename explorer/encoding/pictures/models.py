"""Models that turn pictures into vectors: the offline one, and those of transformers.

As with texts, a model's files are data: weights as safetensors alone, no code of a repository.
A kind of model is an entry in KINDS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.encoding import device as devices
from explorer.encoding.libraries import load_transformers
from explorer.encoding.models import check_allowed, model_folder, read_json, revision
from explorer.encoding.transformer import told_of_loading
from explorer.errors import ModelError
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import one_thread

OFFLINE = "efficientnet-lite0"
SIDE = 192  # pixels of what it sees; 224, as in training, found no more and takes 1.4 times as long
CENTER, SCALE = 127.0, 128.0  # how its input was normalized in training
LARGEST_BATCH = {"cpu": 16, "mps": 64, "cuda": 128}

Pixels = NDArray[np.uint8]  # (h, w, 3), RGB


class PictureEncoder(Protocol):
    """A loaded model of pictures."""

    name: str
    device: devices.Device
    precision: str
    dim: int
    fit: int

    @property
    def identity(self) -> str:
        """Equal for models that give equal vectors."""

    def forward(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Return a vector per picture, (n, dim) float32."""


@dataclass(frozen=True)
class PictureModel:
    """What is known of a model before it is loaded: see `explorer.encoding.models.Model`."""

    name: str
    sentence: str
    dim: int
    megabytes: int
    license: str
    offline: bool


# Sizes and licenses are those that the models' pages on the hub tell.
PICTURE_MODELS = (
    PictureModel(
        OFFLINE,
        "Small and fast, trained to tell 1,000 classes of photographs apart (ImageNet).",
        dim=1280,
        megabytes=19,
        license="Apache-2.0",
        offline=True,
    ),
    PictureModel(
        "openai/clip-vit-base-patch32",
        "CLIP: pictures and texts in one space, trained on 400 million pairs.",
        dim=512,
        megabytes=605,
        license="MIT",
        offline=False,
    ),
    PictureModel(
        "google/siglip-base-patch16-224",
        "SigLIP: as CLIP, with a loss for each pair alone.",
        dim=768,
        megabytes=813,
        license="Apache-2.0",
        offline=False,
    ),
    PictureModel(
        "facebook/dinov2-small",
        "DINOv2: trained on pictures alone, without any text or class.",
        dim=384,
        megabytes=88,
        license="Apache-2.0",
        offline=False,
    ),
    PictureModel(
        "google/vit-base-patch16-224-in21k",
        "ViT: a transformer over patches of 16 pixels, trained on 21,000 classes.",
        dim=768,
        megabytes=346,
        license="Apache-2.0",
        offline=False,
    ),
)


@dataclass(frozen=True)
class Kind:
    """How transformers loads a kind of model, and what of its output is the picture's vector."""

    loader: str
    vector: Callable[[Any], Any]
    options: tuple[tuple[str, bool], ...] = ()


def first_token(output: Any) -> Any:
    """Return the vector of the first token, made to stand for the picture."""
    return output.last_hidden_state[:, 0]


CLIP = Kind("CLIPVisionModelWithProjection", lambda output: output.image_embeds)
SIGLIP = Kind("SiglipVisionModel", lambda output: output.pooler_output)
KINDS = {  # by `model_type` of config.json
    "clip": CLIP,
    "clip_vision_model": CLIP,
    "siglip": SIGLIP,
    "siglip_vision_model": SIGLIP,
    "dinov2": Kind("Dinov2Model", first_token),
    "vit": Kind("ViTModel", first_token, (("add_pooling_layer", False),)),
}


class LiteEncoder:
    """EfficientNet-Lite0, ready to encode: the mean of its last activations, 1,280 numbers."""

    name = OFFLINE
    dim = 1280
    fit = SIDE

    def __init__(self, device: str = devices.AUTO) -> None:
        import torch

        from explorer.encoding.pictures.efficientnet import EfficientNetLite0, published_weights

        self.device = devices.choose_device(device)
        self.precision = "float32"
        weights = published_weights()
        self.network = EfficientNetLite0(weights).eval().to(self.device.name)
        self._torch = torch

    @property
    def identity(self) -> str:
        """A key of all that determines its vectors."""
        return f"{OFFLINE}|{SIDE}|1"

    def forward(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Return a vector per picture, (n, 1280) float32."""
        torch = self._torch
        batch = np.stack([square(one, SIDE) for one in pictures]).astype(np.float32)
        values = torch.from_numpy((batch - CENTER) / SCALE).permute(0, 3, 1, 2)
        # small maps gain nothing from a second thread, and lose much on a busy machine
        with one_thread() if self.device.name == "cpu" else nullcontext(), torch.inference_mode():
            made: NDArray[np.float32] = self.network(values.to(self.device.name)).cpu().numpy()
        return made

    def classes(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each of the 1,000 classes (n, 1000) for vectors of ours."""
        torch = self._torch
        with torch.inference_mode():
            given = torch.tensor(np.asarray(vectors, np.float32), device=self.device.name)
            made: NDArray[np.float32] = self.network.classifier(given).softmax(-1).cpu().numpy()
        return made


class TransformersEncoder:
    """A model of transformers, ready to encode, with the preparation that its files state.

    Raises
    ------
    ModelError
        It is not there, not allowed, not safe to load, or no model of pictures.
    """

    def __init__(
        self, model: str, *, device: str = devices.AUTO, precision: str = devices.AUTO
    ) -> None:
        folder = model_folder(model)
        config = read_json(folder / "config.json")
        kind = str(config.get("model_type"))
        if kind not in KINDS:
            raise ModelError(
                f"{model} is a model of the kind “{kind}”, which turns no pictures into vectors "
                f"here. Known kinds: {', '.join(KINDS)}."
            )
        self.name = model
        self.device = devices.choose_device(device)
        self.precision = devices.choose_precision(self.device, precision)
        self.revision = revision(folder)
        with told_of_loading(model):
            self._load(folder, KINDS[kind])

    def _load(self, folder: Path, kind: Kind) -> None:
        import torch
        import transformers

        load_transformers()
        self._torch = torch
        self._kind = kind
        loader: Any = transformers.AutoImageProcessor
        self.processor = loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, backend="pil"
        )
        network = getattr(transformers, kind.loader).from_pretrained(
            folder,
            use_safetensors=True,
            local_files_only=True,
            dtype=torch.float32,
            **dict(kind.options),
        )
        self.network = network.eval().to(self.device.name, getattr(torch, self.precision))
        size = self.processor.size
        sides = [size.get(side) for side in ("shortest_edge", "height", "width")]
        self.fit = max(side for side in sides if side)
        self.dim = self.forward([np.zeros((self.fit, self.fit, 3), np.uint8)]).shape[1]

    @property
    def identity(self) -> str:
        """A key of all that determines its vectors; the device does not."""
        return "|".join(("picture", self.name, self.revision, self.precision))

    def forward(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Return a vector per picture, (n, dim) float32."""
        torch = self._torch
        values = self.processor(
            list(pictures), return_tensors="pt", input_data_format="channels_last"
        )["pixel_values"]
        with torch.inference_mode():
            output = self.network(values.to(self.device.name, getattr(torch, self.precision)))
            made: NDArray[np.float32] = self._kind.vector(output).float().cpu().numpy()
        return made


def square(picture: Pixels, side: int) -> Pixels:
    """Return the middle of a picture, its shorter side scaled to `side`: (side, side, 3)."""
    from PIL import Image

    height, width = picture.shape[:2]
    shorter = min(height, width)
    left, top = (width - shorter) / 2, (height - shorter) / 2
    scaled = Image.fromarray(picture).resize(
        (side, side), Image.Resampling.BICUBIC, (left, top, left + shorter, top + shorter)
    )
    return np.asarray(scaled)


MOST = 2  # models in memory
_loaded: dict[tuple[str, str, str], PictureEncoder] = {}
_loading = threading.Lock()


def load_picture_encoder(
    model: str = OFFLINE,
    *,
    device: str = devices.AUTO,
    precision: str = devices.AUTO,
    report: Report = no_report,
) -> PictureEncoder:
    """Return a model of pictures ready to encode; a second call returns the same.

    Raises ModelError and EncodeError as `explorer.encode_images` does.
    """
    chosen = devices.choose_device(device)
    precision = "float32" if model == OFFLINE else devices.choose_precision(chosen, precision)
    key = (model, chosen.name, precision)
    if key in _loaded:
        return _loaded[key]
    if model != OFFLINE:
        check_allowed(model)
        model_folder(model, report)  # downloaded before anybody else has to wait
    with _loading:
        if key not in _loaded:
            report(0.0, f"loading {model}")
            encoder: PictureEncoder = (
                LiteEncoder(chosen.name)
                if model == OFFLINE
                else TransformersEncoder(model, device=chosen.name, precision=precision)
            )
            while len(_loaded) >= MOST:
                del _loaded[next(iter(_loaded))]
            _loaded[key] = encoder
        return _loaded[key]


def class_names() -> tuple[str, ...]:
    """Return the names of the 1,000 classes of ImageNet, in the network's order."""
    text = Path(__file__).with_name("imagenet_classes.txt").read_text(encoding="utf-8")
    return tuple(text.split("\n")[:-1])
