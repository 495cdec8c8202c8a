"""Tiny models of random weights, saved as real ones are, and the one that comes along."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.encoding.transformer import TransformerEncoder
from explorer.lessons.bert.model import Bert, open_bert

SENTENCE = (
    "the a old house garden key king queen cat dog sat on mat runs in of and secrets rain snow "
    "falls far away sea ship captain whale tea bread warm cold night day"
)
WORDS = SENTENCE.split()
SEED = 7


@pytest.fixture(scope="session")
def bert() -> Bert:
    """The same, to look inside."""
    return open_bert()


@pytest.fixture(scope="session")
def minilm() -> TransformerEncoder:
    """The model that comes along, loaded once."""
    return TransformerEncoder()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain BERT: two layers of 32, a vocabulary of words."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    torch.manual_seed(SEED)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s", ",", "."]
    BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=40,
        )
    ).save_pretrained(folder)
    word_piece(folder, vocabulary)
    return folder


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain RoBERTa: byte pairs, and positions that begin after the padding."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

    folder = tmp_path_factory.mktemp("models") / "tiny-roberta"
    torch.manual_seed(SEED)
    pairs = ByteLevelBPETokenizer()
    pairs.train_from_iterator(
        [" ".join(WORDS)] * 4,
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        show_progress=False,
    )
    pairs.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    RobertaModel(
        RobertaConfig(
            vocab_size=pairs.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=42,
            type_vocab_size=1,
        )
    ).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=pairs._tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_distilbert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DistilBERT: no segments."""
    import torch
    from transformers import DistilBertConfig, DistilBertModel

    folder = tmp_path_factory.mktemp("models") / "tiny-distilbert"
    torch.manual_seed(SEED)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s", ",", "."]
    DistilBertModel(
        DistilBertConfig(
            vocab_size=len(vocabulary),
            dim=32,
            n_layers=2,
            n_heads=4,
            hidden_dim=64,
            max_position_embeddings=40,
        )
    ).save_pretrained(folder)
    word_piece(folder, vocabulary)
    return folder


@pytest.fixture(scope="session")
def tiny_mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MPNet: no segments, and positions that begin after the padding."""
    import torch
    from transformers import MPNetConfig, MPNetModel

    folder = tmp_path_factory.mktemp("models") / "tiny-mpnet"
    torch.manual_seed(SEED)
    vocabulary = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]", *WORDS, "##s", ",", "."]
    MPNetModel(
        MPNetConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=42,
        )
    ).save_pretrained(folder)
    word_piece(folder, vocabulary)
    return folder


@pytest.fixture(scope="session")
def tiny_unigram(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An XLM-RoBERTa: its tokenizer leaves punctuation on words."""
    import torch
    from tokenizers import SentencePieceUnigramTokenizer
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    folder = tmp_path_factory.mktemp("models") / "tiny-unigram"
    torch.manual_seed(SEED)
    pieces = SentencePieceUnigramTokenizer()
    pieces.train_from_iterator(
        [f"{SENTENCE}, {SENTENCE}."] * 4,
        vocab_size=90,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        unk_token="<unk>",
        show_progress=False,
    )
    pieces.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False)
    XLMRobertaModel(
        XLMRobertaConfig(
            vocab_size=pieces.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=82,
            type_vocab_size=1,
            pad_token_id=1,
        )
    ).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The text tower of a CLIP, with its projection."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny-clip"
    torch.manual_seed(SEED)
    vocabulary = [*WORDS, "<unk>", "<start>", "<end>"]
    start, end = len(vocabulary) - 2, len(vocabulary) - 1
    words = Tokenizer(WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="<unk>"))
    words.pre_tokenizer = Whitespace()
    words.post_processor = TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", start), ("<end>", end)]
    )
    CLIPTextModelWithProjection(
        CLIPTextConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=24,
            projection_dim=16,
            bos_token_id=start,
            eos_token_id=end,
            pad_token_id=end,
        )
    ).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=words,
        bos_token="<start>",
        eos_token="<end>",
        pad_token="<end>",
        unk_token="<unk>",
        model_max_length=24,
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def whole_clip(tiny_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP with both towers, and the tokenizer of the one above."""
    import torch
    from transformers import AutoTokenizer, CLIPConfig, CLIPImageProcessor, CLIPModel

    folder = tmp_path_factory.mktemp("models") / "whole-clip"
    torch.manual_seed(SEED)
    text = json.loads((tiny_clip / "config.json").read_text())
    vision = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    vision |= {"intermediate_size": 64, "image_size": 32, "patch_size": 8, "projection_dim": 16}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
    CLIPModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_clip).save_pretrained(folder)
    size = {"height": 32, "width": 32}
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=size).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def sentence_bert(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model: its own pooling (CLS), a dense layer, a prompt."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    folder = tmp_path_factory.mktemp("models") / "sentence-bert"
    torch.manual_seed(SEED)
    transformer = Transformer(str(tiny_bert))
    modules = [transformer, Pooling(32, "cls"), Dense(32, 8), Normalize()]
    SentenceTransformer(
        modules=modules,
        device="cpu",
        prompts={"search": "the king "},
        default_prompt_name="search",
    ).save_pretrained(str(folder), create_model_card=False)
    assert json.loads((folder / "modules.json").read_text())
    return folder


def word_piece(folder: Path, vocabulary: list[str]) -> None:
    """Save a WordPiece tokenizer of that vocabulary, as BERT has it."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    pieces = BertWordPieceTokenizer({word: i for i, word in enumerate(vocabulary)})
    PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer,
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
        model_max_length=40,
    ).save_pretrained(folder)
