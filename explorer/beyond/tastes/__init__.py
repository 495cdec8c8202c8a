"""Tastes: a recommender that embeds users and items, such as dishes and their ingredients."""
