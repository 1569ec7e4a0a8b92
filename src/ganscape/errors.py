"""What goes wrong on account of what we were given, as opposed to a fault of our own.

The command line prints the one line of such an error and exits with status 1; anything else keeps its
traceback, because it is a bug.
"""


class InputError(ValueError):
    """Bad input: the message is one line that says what is wrong, where, and what to do."""
