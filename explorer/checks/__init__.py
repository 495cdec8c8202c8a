"""What is wrong with a space: duplicates, leaks, outliers, hubs and doubtful labels."""
