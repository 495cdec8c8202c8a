"""Long work in processes of its own: submitted, watched, stopped."""
