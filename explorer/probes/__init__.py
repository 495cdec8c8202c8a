"""Probes of directions in a space: semantic axes, association tests, relations."""
