"""Training word vectors on a text: skip-gram step by step, and gensim's learners."""
