"""Tools for an assistant on the same machine, which reach the given folders and nothing else."""
