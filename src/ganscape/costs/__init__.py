"""What jobs take, from what they do and from measured constants; without PyTorch, as the Snakefile needs it."""
