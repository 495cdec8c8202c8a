"""explorer.encode_images: the offline network, transformers, order, broken files, the cache."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

import explorer
from explorer.encoding.pictures import efficientnet, job
from explorer.encoding.pictures.encoding import encode_pictures
from explorer.encoding.pictures.given import find_pictures
from explorer.encoding.pictures.models import LiteEncoder, load_picture_encoder
from explorer.encoding.vector_cache import opened
from explorer.errors import JobCancelled, LabelCountError, ModelError, PictureError
from explorer.jobs.pool import Jobs
from explorer.pictures.column import pictures_of

SEED = 7


def pixels(seed: int, size: tuple[int, int] = (40, 60)) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return smooth colors (h, w, 3), other ones for each seed."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize(size[::-1], Image.Resampling.BICUBIC))


def png(seed: int) -> bytes:
    """Return a picture's file."""
    out = io.BytesIO()
    Image.fromarray(pixels(seed)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two pictures in two folders, a hidden one, and a text."""
    for name in ("cats/one.png", "dogs/two.png", ".hidden/three.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(png(len(name)))
    (tmp_path / "about.txt").write_text("no picture")
    return tmp_path


def plain_network(weights: dict[str, Tensor], pictures: Tensor) -> Tensor:
    """Return what the published weights compute, layer after layer, nothing folded."""

    def convolve(values: Tensor, name: str, norm: str, stride: int = 1) -> Tensor:
        weight = weights[f"{name}.weight"]
        kernel = weight.shape[-1]
        missing = [
            max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in values.shape[-2:]
        ]
        pads = [missing[1] // 2, missing[1] - missing[1] // 2]
        pads += [missing[0] // 2, missing[0] - missing[0] // 2]
        groups = values.shape[1] if weight.shape[1] == 1 else 1
        made = functional.conv2d(functional.pad(values, pads), weight, None, stride, groups=groups)
        return functional.batch_norm(
            made,
            weights[f"{norm}.running_mean"],
            weights[f"{norm}.running_var"],
            weights[f"{norm}.weight"],
            weights[f"{norm}.bias"],
            eps=1e-3,
        )

    values = functional.relu6(convolve(pictures, "_conv_stem", "_bn0", 2))
    strides = {1: 2, 3: 2, 5: 2, 11: 2}  # of the blocks that halve the map
    for block in range(16):
        at, before = f"_blocks.{block}.", values
        if f"{at}_expand_conv.weight" in weights:
            values = functional.relu6(convolve(values, f"{at}_expand_conv", f"{at}_bn0"))
        stride = strides.get(block, 1)
        values = functional.relu6(convolve(values, f"{at}_depthwise_conv", f"{at}_bn1", stride))
        values = convolve(values, f"{at}_project_conv", f"{at}_bn2")
        if values.shape == before.shape:
            values = values + before
    values = functional.relu6(convolve(values, "_conv_head", "_bn1"))
    return functional.adaptive_avg_pool2d(values, 1).flatten(1)


@pytest.mark.parametrize("size", [(128, 128), (97, 131)])
def test_the_folded_network_computes_what_the_plain_one_does(size: tuple[int, int]) -> None:
    weights = efficientnet.published_weights()
    pictures = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(SEED))
    with torch.inference_mode():
        ours = efficientnet.EfficientNetLite0(weights).eval()(pictures)
        torch.testing.assert_close(ours, plain_network(weights, pictures), atol=1e-4, rtol=1e-4)


def test_other_weights_than_the_published_ones_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / efficientnet.PACKAGE / efficientnet.FILE
    other.parent.mkdir(parents=True)
    other.write_bytes(b"not the weights")
    (tmp_path / efficientnet.PACKAGE / "__init__.py").write_text("raise SystemExit('was run')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelError, match="is not the published one: its SHA-256 is"):
        efficientnet.weights_file()


def test_a_photograph_of_a_palace_is_classed_as_one() -> None:
    from sklearn.datasets import load_sample_image

    encoder = LiteEncoder()
    classes = encoder.classes(encoder.forward([load_sample_image("china.jpg")]))
    names = (Path(efficientnet.__file__).parent / "imagenet_classes.txt").read_text().split("\n")
    assert "palace" in {names[place] for place in np.argsort(-classes[0])[:5]}
    assert len(names) == 1_001


def test_vectors_come_in_the_order_of_the_pictures() -> None:
    together = explorer.encode_images([png(1), png(2), pixels(3), Image.fromarray(pixels(4))])
    assert together.labels == ("picture 1", "picture 2", "picture 3", "picture 4")
    for row in range(4):
        alone = explorer.encode_images([pixels(row + 1)], cache=False)
        np.testing.assert_allclose(together.vectors[row], alone.vectors[0], atol=1e-4)


def test_a_folder_gives_names_folders_and_thumbnails(folder: Path) -> None:
    space = explorer.encode_images(folder)
    assert space.labels == ("one", "two")
    assert space.metadata is not None
    assert space.metadata["folder"].to_pylist() == ["cats", "dogs"]
    shown = pictures_of(space, [0, 1])
    assert [Image.open(io.BytesIO(one or b"")).size for one in shown] == [(60, 40), (60, 40)]
    assert space.source.format == "encoded by efficientnet-lite0"
    assert space.source.model == ""  # no text lands among its vectors


def test_a_zip_gives_what_its_folder_gives(folder: Path, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("zip") / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in sorted(folder.rglob("*.png")):
            if ".hidden" not in one.parts:
                archive.write(one, one.relative_to(folder))
        archive.writestr("__MACOSX/._one.png", b"x")
        archive.writestr("inside.zip", b"PK\x03\x04")
    from_zip, from_folder = explorer.encode_images(path), explorer.encode_images(folder)
    assert from_zip.labels == from_folder.labels == ("one", "two")
    np.testing.assert_array_equal(from_zip.vectors, from_folder.vectors)


def test_a_broken_picture_is_left_out_with_its_label_and_told() -> None:
    metadata = pa.table({"year": [1, 2, 3]})
    given = [png(1), png(2)[:60], png(3)]
    space = explorer.encode_images(given, labels=["a", "b", "c"], metadata=metadata)
    assert space.labels == ("a", "c")
    assert space.metadata is not None
    assert space.metadata["year"].to_pylist() == [1, 3]
    assert any("1 picture was left out: picture 2" in note for note in space.notes)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "nothing was given"),
        ([b"just text"], "is a text, not a picture"),
        ([b""], "is empty"),
        ([7], "Picture 1 is a int"),
        ("/nowhere/at/all", "is not there"),
        ([np.zeros((2, 2), complex)], "cannot be read as pixels"),
    ],
)
def test_without_pictures_there_is_a_clear_message(given: Any, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        explorer.encode_images(given)


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no picture")
    with pytest.raises(PictureError, match=r"There are no pictures\. What was given holds a\.txt"):
        explorer.encode_images(tmp_path)


def test_labels_have_to_be_as_many_as_pictures() -> None:
    with pytest.raises(LabelCountError, match="1 labels for 2 pictures"):
        explorer.encode_images([png(1), png(2)], labels=["a"])


def test_a_picture_is_encoded_once() -> None:
    encoder = load_picture_encoder()
    given = find_pictures([png(11), png(12), png(11)]).pictures
    with opened() as kept:
        first = encode_pictures(given, encoder, cache=kept)
        again = encode_pictures(given, encoder, cache=kept)
    assert (first.computed, first.read_back) == (2, 0)
    assert (again.computed, again.read_back) == (0, 2)
    np.testing.assert_array_equal(first.vectors, again.vectors)
    np.testing.assert_array_equal(first.vectors[0], first.vectors[2])


def test_what_was_done_before_a_stop_is_kept() -> None:
    encoder = load_picture_encoder()
    given = find_pictures([png(seed) for seed in range(100, 140)]).pictures

    def stop(share: float, step: str) -> None:
        if share > 0.3:
            raise JobCancelled("stopped")

    with opened() as kept:
        with pytest.raises(JobCancelled):
            encode_pictures(given, encoder, cache=kept, report=stop)
        made = encode_pictures(given, encoder, cache=kept)
    assert (made.read_back, made.computed) == (16, 24)


CONFIG = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
VISION = {**CONFIG, "intermediate_size": 37, "image_size": 32, "patch_size": 8}


def tiny(kind: str, folder: Path) -> tuple[Any, Any]:
    """Save a tiny model of random weights with its preparation; return both."""
    import transformers as t

    torch.manual_seed(SEED)
    size = {"height": 32, "width": 32}
    if kind == "clip":
        text = {**CONFIG, "intermediate_size": 37, "vocab_size": 99, "projection_dim": 16}
        config = t.CLIPConfig(
            text_config=text, vision_config={**VISION, "projection_dim": 16}, projection_dim=16
        )
        model: Any = t.CLIPModel(config)
        processor: Any = t.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=size)
    elif kind == "siglip":
        model = t.SiglipModel(
            t.SiglipConfig(
                text_config={**CONFIG, "intermediate_size": 37, "vocab_size": 99},
                vision_config=VISION,
            )
        )
        processor = t.SiglipImageProcessor(size=size)
    elif kind == "dinov2":
        model = t.Dinov2Model(t.Dinov2Config(**CONFIG, image_size=32, patch_size=8))
        processor = t.BitImageProcessor(size={"shortest_edge": 32}, crop_size=size)
    else:
        model = t.ViTModel(t.ViTConfig(**VISION), add_pooling_layer=False)
        processor = t.ViTImageProcessor(size=size)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return model, processor


@pytest.mark.parametrize("kind", ["clip", "siglip", "dinov2", "vit"])
def test_vectors_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    model, processor = tiny(kind, tmp_path)
    given = [pixels(seed) for seed in (1, 2)]
    values = processor(given, return_tensors="pt", input_data_format="channels_last")
    with torch.inference_mode():
        if kind in ("clip", "siglip"):
            expected = model.get_image_features(**values)
            expected = getattr(expected, "pooler_output", expected)
        else:
            expected = model(**values).last_hidden_state[:, 0]
    space = explorer.encode_images(given, tmp_path, precision="float32")
    np.testing.assert_allclose(space.vectors, expected.numpy(), atol=1e-5)
    assert bool(space.source.model) == (kind == "clip")


def test_a_model_of_texts_is_refused(tiny_bert: Path) -> None:
    with pytest.raises(ModelError, match="kind “bert”, which turns no pictures"):
        explorer.encode_images([png(1)], tiny_bert)


def test_weights_that_are_no_safetensors_are_refused(tmp_path: Path) -> None:
    tiny("vit", tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match="no weights as safetensors"):
        explorer.encode_images([png(1)], tmp_path)


def test_a_job_makes_the_space_that_the_function_makes() -> None:
    given = find_pictures([png(1), b"no picture", png(2)])
    options = job.PictureOptions()
    made = job.start(Jobs(workers=0, scheduler=""), given, options).result(60)
    space = job.finished_space(given, made, options, "mine")
    directly = explorer.encode_images(given, name="mine")
    assert space.labels == directly.labels
    assert space.notes == directly.notes
    assert space.metadata == directly.metadata
    np.testing.assert_array_equal(space.vectors, directly.vectors)
