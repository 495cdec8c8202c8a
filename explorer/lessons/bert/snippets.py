"""The lines of PyTorch behind each step of “From a word to BERT”, ready to copy and run.

The tests run each snippet and compare its last variable with what the page shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.encoding.models import DEFAULT_MODEL
from explorer.encoding.transformer import POOLINGS
from explorer.lessons.bert.model import Bert

OPEN = """\
import torch
from explorer.lessons.bert.model import open_bert

bert = open_bert({model})
tokenizer = bert.tokenizer
model = bert.model
"""

RUN = """
inputs = tokenizer(sentence, return_tensors="pt",
                   truncation=True, max_length={limit})
with torch.inference_mode():
    output = model(**inputs, output_hidden_states=True,
                   output_attentions=True)
"""

LOOKUP = """
ids = torch.tensor(tokenizer(sentence, truncation=True,
                             max_length={limit})["input_ids"])
table = model.embeddings
first = {first}  # the row of the first position
with torch.inference_mode():
    word = table.word_embeddings.weight[ids]
    position = table.position_embeddings.weight[
        first : first + len(ids)]
"""
SEGMENTS = """\
    segment = table.token_type_embeddings.weight[0]
    entering = table.LayerNorm(word + position + segment)
"""
NO_SEGMENTS = """\
    entering = table.LayerNorm(word + position)
"""

POOLED = {
    "mean": "vectors.mean(dim=0)",
    "cls": "vectors[0]",
    "max": "vectors.max(dim=0).values",
}
POOL = """
vectors = output.last_hidden_state[0]
pooled = {pooled}
"""
FINISH = """\
# then the model's own {finish}
features = {{"sentence_embedding": pooled[None]}}
with torch.inference_mode():
    for module in bert.rest[1:]:
        features = module(features)
pooled = features["sentence_embedding"][0]
"""
OWN_POOL = """
features = {{"token_embeddings": output.last_hidden_state}}
with torch.inference_mode():
    for module in bert.rest:  # {how}
        features = module(features)
pooled = features["sentence_embedding"][0]
"""
UNIT = """\
result = pooled / pooled.norm()
"""

STEPS = {
    "tokens": """
ids = tokenizer(sentence, truncation=True,
                max_length={limit})["input_ids"]
pieces = tokenizer.convert_ids_to_tokens(ids)
""",
    "lookup": "{lookup}",
    "layers": RUN
    + """
# {states} states: before the first layer, and after each
states = torch.cat(output.hidden_states)
middle = states[-1].mean(dim=0)
_, _, axes = torch.linalg.svd(states[-1] - middle)
picture = (states - middle) @ axes[:2].T
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
                       truncation=True, max_length={limit},
                       return_offsets_mapping=True)
    spans = inputs.pop("offset_mapping")[0].tolist()
    found = re.search(rf"\\b{{word}}\\b", sentence, re.I)
    pieces = [at for at, (start, end) in enumerate(spans)
              if start < found.end() and end > found.start()]
    with torch.inference_mode():
        output = model(**inputs, output_hidden_states=True)
    states = torch.cat(output.hidden_states)
    return states[:, pieces].mean(dim=1)

first = after_each_layer(sentence, {word!r})
second = after_each_layer(sentence_2, {word!r})
similar = torch.cosine_similarity(first, second)
""",
    "pooling": RUN + "{pool}" + UNIT,
}
RESULTS = {  # the variable in which a step's snippet leaves its result
    "tokens": "pieces",
    "lookup": "entering",
    "layers": "picture",
    "attention": "looks_at",
    "context": "similar",
    "pooling": "result",
}
LONGEST_SHOWN = 300  # characters of a sentence that the code repeats


def snippet(step: str, bert: Bert, sentences: Sequence[str], **parts: object) -> str:
    """Return the complete code of a step for the given sentences, imports included."""
    names = ("sentence", "sentence_2")
    needed = names if step == "context" else names[:1]
    given = [
        f"{name} = {sentence[:LONGEST_SHOWN]!r}\n"
        for name, sentence in zip(needed, sentences, strict=False)
    ]
    own = {"lookup": lookup_of, "layers": states_of, "pooling": pool_of}.get(step)
    filled = {"limit": bert.max_tokens, **parts}
    if own is not None:
        filled |= own(bert, filled)
    opening = OPEN.format(model="" if bert.name == DEFAULT_MODEL else repr(bert.name))
    return opening + "\n" + "".join(given) + STEPS[step].format(**filled)


def lookup_of(bert: Bert, filled: dict[str, object]) -> dict[str, object]:
    """Return the lookup's lines, with this model's first position, and segments if it has any."""
    table = bert.model.embeddings
    padding = table.position_embeddings.padding_idx
    ending = SEGMENTS if hasattr(table, "token_type_embeddings") else NO_SEGMENTS
    first = 0 if padding is None else padding + 1
    return {"lookup": LOOKUP.format(first=first, **filled) + ending}


def states_of(bert: Bert, filled: dict[str, object]) -> dict[str, object]:
    """Return the number of states: the first layer's input and each layer's output."""
    return {"states": bert.model.config.num_hidden_layers + 1}


def pool_of(bert: Bert, filled: dict[str, object]) -> dict[str, object]:
    """Return the lines of the pooling and of this model's modules after it."""
    how = str(filled["how"])
    if how not in POOLINGS:
        return {"pool": OWN_POOL.format(how=how)}
    ending = FINISH.format(finish=" and ".join(bert.finish)) if bert.finish else ""
    return {"pool": POOL.format(pooled=POOLED[how]) + ending}
