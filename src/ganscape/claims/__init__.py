"""A verdict on every statement and figure of the paper, computed from what the workflow measured."""
