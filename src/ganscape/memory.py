"""The C library's allocator, told what suits a training loop."""

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of <malloc.h>
_LARGEST_KEPT_BLOCK = 1 << 24  # bytes; larger ones, kept, would leave gaps that raise the peak
_NEVER = (1 << 31) - 1


def keep_freed_memory() -> bool:
    """Let freed blocks be used again instead of going back to the system; returns whether it took effect.

    Every iteration frees and asks for the same large activations. By default glibc maps each anew, and the
    system zeroes its pages anew; above `_LARGEST_KEPT_BLOCK` it still does. Values do not change. Without
    glibc nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    thresholds = ((_M_MMAP_THRESHOLD, _LARGEST_KEPT_BLOCK), (_M_TRIM_THRESHOLD, _NEVER))
    return all(mallopt(parameter, value) == 1 for parameter, value in thresholds)
