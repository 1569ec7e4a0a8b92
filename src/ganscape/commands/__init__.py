"""One module per step of the workflow, each with `add_arguments(parser)` and `run(arguments)`.

A step's module is imported only when that step is asked for, so that no step pays for another's imports.
"""
