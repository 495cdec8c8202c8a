"""The embedding layer: a table looked up by row, and trained row by row."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.lessons.embedding_layer import code_of, look_up, row_ids, train_step


def test_a_lookup_equals_one_hot_times_the_matrix() -> None:
    found = look_up([42, 7, 1337])
    assert found["rows"].shape == (3, 256)
    assert found["difference"] == 0
    assert torch.equal(found["rows"], found["table"][[42, 7, 1337]])
    assert 0 < found["lookup_seconds"] < found["product_seconds"]


def test_a_training_step_is_that_of_torch() -> None:
    done = train_step([42, 7, 7, 0], 0.25)
    layer = torch.nn.Embedding.from_pretrained(done["before"].clone(), freeze=False, padding_idx=0)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.25)
    loss = ((layer(torch.tensor([42, 7, 7, 0])) - 1) ** 2).sum() / 2
    loss.backward()
    optimizer.step()
    assert done["loss"] == pytest.approx(loss.item())
    torch.testing.assert_close(done["after"], layer.weight.detach())


def test_only_rows_looked_up_move_and_never_the_padding() -> None:
    done = train_step([42, 7, 7, 0], 0.25)
    assert done["moved"].tolist() == [7, 42]
    changed = (done["before"] != done["after"]).any(dim=1).nonzero().flatten()
    assert changed.tolist() == [7, 42]


def test_a_row_looked_up_twice_gets_twice_the_gradient() -> None:
    once, twice = train_step([7], 0.1), train_step([7, 7], 0.1)
    torch.testing.assert_close(twice["gradient"][7], 2 * once["gradient"][7])


@pytest.mark.parametrize(
    ("function", "call"), [(look_up, "look_up([42, 7])"), (train_step, "train_step([42, 7], 0.5)")]
)
def test_the_code_shown_is_the_code_that_ran(function: object, call: str) -> None:
    names: dict[str, object] = {}
    exec(code_of(function, call), names)  # type: ignore[arg-type]
    result = names["result"]
    assert isinstance(result, dict)
    expected = eval(call, {"look_up": look_up, "train_step": train_step})
    key = "rows" if "rows" in expected else "after"
    np.testing.assert_array_equal(result[key].numpy(), expected[key].numpy())


def test_tokens_are_rows_or_words() -> None:
    assert row_ids(["9999", "King", "-1", "10000", "pea"], ["pea", "king"]) == (
        [9999, 1, 0],
        ["-1", "10000"],
    )
