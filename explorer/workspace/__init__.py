"""What people add to a space: named sets, tags, and the file that keeps them with the view."""
