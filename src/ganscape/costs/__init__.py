"""What jobs take, from what they do and from measured constants; without PyTorch, for the Snakefile."""
