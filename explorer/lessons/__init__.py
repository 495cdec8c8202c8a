"""What the lesson pages compute, and show step by step."""
