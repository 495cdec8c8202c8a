"""The first screen: one question to a map of books, where its numbers come from, three doors."""
