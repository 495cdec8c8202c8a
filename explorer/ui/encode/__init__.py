"""Encode text."""
