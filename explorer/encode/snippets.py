"""The few lines of PyTorch behind each step of “From a word to BERT”, ready to copy.

They stand on their own; the tests run each of them and compare what it leaves in its last
variable with what the page shows.
"""

from __future__ import annotations

from collections.abc import Sequence

OPEN = """\
import torch
from explorer.encode.inside import open_bert

bert = open_bert()
tokenizer, model = bert.tokenizer, bert.model
"""

RUN = """
inputs = tokenizer(sentence, return_tensors="pt",
                   truncation=True, max_length={limit})
with torch.inference_mode():
    output = model(**inputs, output_hidden_states=True,
                   output_attentions=True)
"""

STEPS = {
    "tokens": """
ids = tokenizer(sentence, truncation=True,
                max_length={limit})["input_ids"]
pieces = tokenizer.convert_ids_to_tokens(ids)
""",
    "lookup": """
ids = torch.tensor(tokenizer(sentence, truncation=True,
                             max_length={limit})["input_ids"])
table = model.embeddings
with torch.inference_mode():
    word = table.word_embeddings.weight[ids]
    position = table.position_embeddings.weight[: len(ids)]
    segment = table.token_type_embeddings.weight[0]
    summed = word + position + segment
    entering = table.LayerNorm(summed)
""",
    "layers": RUN
    + """
# 7 states: before the first layer, and after each
states = torch.cat(output.hidden_states)
points = states.flatten(0, 1)
points = points - points.mean(dim=0)
_, _, axes = torch.linalg.svd(points, full_matrices=False)
picture = (points @ axes[:2].T).unflatten(0, states.shape[:2])
""",
    "attention": RUN
    + """
# layer, head, looking token, token looked at
weights = torch.cat(output.attentions)
looks_at = weights[{layer} - 1, {head} - 1, {token}]
""",
    "context": """
import re

def after_each_layer(sentence, word):
    inputs = tokenizer(sentence, return_tensors="pt",
                       truncation=True, max_length={limit})
    found = re.search(rf"\\b{{word}}\\b", sentence, re.I)
    pieces = inputs.word_to_tokens(
        inputs.char_to_word(found.start()))
    with torch.inference_mode():
        output = model(**inputs, output_hidden_states=True)
    states = torch.cat(output.hidden_states)
    return states[:, pieces.start : pieces.end].mean(dim=1)

first = after_each_layer(sentence, {word!r})
second = after_each_layer(sentence_2, {word!r})
similar = torch.cosine_similarity(first, second)
""",
    "pooling": RUN
    + """
vectors = output.last_hidden_state[0]
pooled = {{
    "mean": vectors.mean(dim=0),
    "CLS": vectors[0],
    "max": vectors.max(dim=0).values,
}}[{how!r}]
result = pooled / pooled.norm()
""",
}
RESULTS = {  # the variable in which a step's snippet leaves what the page shows
    "tokens": "pieces",
    "lookup": "entering",
    "layers": "picture",
    "attention": "looks_at",
    "context": "similar",
    "pooling": "result",
}
LONGEST_SHOWN = 300  # characters of a sentence that the code repeats


def snippet(step: str, sentences: Sequence[str], limit: int, **parts: object) -> str:
    """Return the code of a step for the given sentences: complete, from the imports on."""
    names = ("sentence", "sentence_2")
    needed = names if step == "context" else names[:1]
    given = [
        f"{name} = {sentence[:LONGEST_SHOWN]!r}\n"
        for name, sentence in zip(needed, sentences, strict=False)
    ]
    return OPEN + "\n" + "".join(given) + STEPS[step].format(limit=limit, **parts)
