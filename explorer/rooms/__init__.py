"""Rooms: a teacher leads a class through a lesson, and the class answers on its phones."""
