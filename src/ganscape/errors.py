"""What goes wrong on account of what we were given, as opposed to a fault of our own.

The command line prints the one line of such an error and exits with status 1, and so it does where the
operating system refuses something; anything else keeps its traceback, because it is a bug.
"""


class InputError(ValueError):
    """Bad input: the message is one line that says what is wrong, where, and what to do."""


def in_a_line(error: BaseException) -> str:
    """The first line of an error's message, or its kind where it has none."""
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
