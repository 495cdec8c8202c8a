"""The glossary: each term of the field that a screen uses, in one sentence.

The screens show the sentence where the term stands (`explorer/ui/shell/glossary.py`). A term is
found with or without a plural s; capital letters count only where a term has some.
"""

from __future__ import annotations

TERMS = {
    "analogy": "A question such as “man is to king as woman is to what?”, answered by adding and "
    "subtracting vectors.",
    "attention": "The part of a transformer in which each token takes in something of the others, "
    "from each as much as its weight says.",
    "bias": "A leaning that vectors took over from the texts they were learned from, such as "
    "nurse nearer to she.",
    "[CLS]": "The token that BERT puts in front of each text; its vector can stand for the whole.",
    "CLIP": "Two models, one for pictures and one for texts, trained so that a picture and its "
    "text get similar vectors (2021).",
    "cluster": "A group of points that lie nearer to each other than to the rest.",
    "cosine similarity": "How alike the directions of two vectors are: 1 is the same, 0 nothing "
    "in common, −1 opposite; lengths do not count.",
    "cosine": "Short for cosine similarity, how alike the directions of two vectors are: 1 is the "
    "same, 0 nothing in common, −1 opposite.",
    "dense": "Said of vectors in which nearly every number is used, unlike one-hot vectors.",
    "dimension": "One of the numbers of a vector; a vector of 384 numbers has 384 dimensions.",
    "dot product": "Multiply two vectors number by number and add up; large if both are long and "
    "point the same way.",
    "effect size": "How far two groups differ, counted in standard deviations; 0.2 is small, 0.8 "
    "large.",
    "embedding": "A list of numbers that stands for a word, text or picture, such that similar "
    "things get similar numbers.",
    "epoch": "One pass through the whole text (or all data) while training.",
    "euclidean": "The straight-line distance between two points, as with a ruler.",
    "fine-tuning": "Training a model that has learned already a little further, for one task.",
    "gradient": "Which way, and how much, the loss would grow if a number grew; a step goes the "
    "other way.",
    "head": "One of several attentions that work side by side in a layer, each with weights of "
    "its own.",
    "HNSW": "An index that walks from point to near point along links, coarse ones first.",
    "IVF": "An index that groups points into cells, and searches only the cells near a query.",
    "index": "A structure that finds near vectors without comparing all of them.",
    "key": "What a token shows to the others’ attention; a query is compared with it.",
    "layer": "One stage of a model; each takes vectors in and hands changed ones on.",
    "layer norm": "Shifts and scales a vector to mean 0 and spread 1, so that numbers stay in "
    "range from layer to layer.",
    "learning rate": "How large a step each update takes.",
    "logsigmoid": "A function that turns a score into the logarithm of a probability: near 0 for "
    "large scores, very negative for low ones.",
    "loss": "The number that training makes smaller: how wrong the model still is.",
    "LSA": "Latent semantic analysis: a table of word counts, reduced to its main directions.",
    "negative sampling": "Teaching by contrast: the true neighbor of a word against a few random "
    "words.",
    "neighbor": "A point that lies near; the nearest neighbors have the highest similarity.",
    "one-hot": "A vector with a single 1, in the column of its word, and zeros elsewhere.",
    "p-value": "How often chance alone gives a result at least as strong.",
    "padding": "Filler at the end of short texts, so that all in a batch are equally long.",
    "PC": "Principal component: the direction in which the points differ most is PC 1, the next "
    "at right angles to it PC 2.",
    "PCA": "Principal component analysis: a picture along the directions in which the points "
    "differ most.",
    "permutation test": "Shuffles the groups many times, to see how often chance does as well.",
    "perplexity": "In t-SNE, about how many neighbors each point tries to keep near.",
    "pooling": "Making one vector for a text from the vectors of its tokens, by their mean for "
    "example.",
    "pre-training": "Learning from plain text without labels, before any task.",
    "projection": "Placing points of many dimensions in two or three; something is always lost.",
    "query": "What a search, or a token in attention, compares with all the others.",
    "recall": "The share of the true answers that were found.",
    "residual": "The input of a layer, added to its output again.",
    "seed": "The number that random numbers start from; the same seed gives the same result.",
    "segment": "In BERT, whether a token belongs to the first or to the second text.",
    "silhouette": "How much nearer points are to their own group than to the next one: 1 clear, "
    "0 mixed, −1 wrong.",
    "skip-gram": "Word2vec’s task: guess the words around a word.",
    "softmax": "Turns scores into shares that add up to 1; the largest score gets most.",
    "sparse": "Said of vectors that are nearly all zeros.",
    "standard deviation": "The usual distance of numbers from their mean.",
    "subsampling": "Skipping very frequent words often while training.",
    "TF-IDF": "Counts words, and lets those count more that occur in few texts.",
    "static": "Said of embeddings in which a word has one vector, whatever the sentence.",
    "token": "A piece of text that a model reads as one: a word, a part of one, or a sign.",
    "transformer": "A model of layers of attention, such as BERT.",
    "trustworthiness": "Whether points drawn near each other are truly near; 1 is perfect.",
    "t-SNE": "A picture that tries to keep each point’s neighbors near; distances between groups "
    "mean little.",
    "UMAP": "A picture that keeps neighbors near, made from a graph of them; distances between "
    "groups mean little.",
    "value": "What a token hands over to those whose attention it gets.",
    "variance": "How much numbers spread around their mean; PCA keeps as much of it as it can.",
    "transfer": "Using what a model learned on one task for another one, which has few labels.",
    "vector": "A list of numbers; also the point, or the arrow to the point, that they describe.",
    "vocabulary": "All words, or pieces, that a model or a space knows.",
    "WEAT": "Word-embedding association test: are some words nearer to pleasant ones than others "
    "are?",
    "weight": "A number of a model that training sets; in attention, how much one token takes "
    "from another.",
    "word2vec": "A method of 2013 that learns word vectors from the words’ neighbors in texts.",
    "word piece": "A part of a word with a row of its own; rare words are cut into several.",
}
# Words with everyday meanings too: listed, but not marked wherever they stand.
EVERYDAY = frozenset(
    {"head", "index", "key", "value", "weight", "layer", "dense", "bias", "query", "segment"}
    | {"static", "transfer"}
)
