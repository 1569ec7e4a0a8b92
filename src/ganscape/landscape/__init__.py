"""The landscape of the outer problem, computed: what the paper's Sections 3 and 4 prove or sketch.

Modules import only `ganscape.objectives` and each other. The names below are loaded when they are first
used, so that a step of the workflow waits for nothing that it does not need.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "values": ("FREE", "least_value", "paired_value", "separable_value", "state_of", "state_values"),
    "numeric": ("paired_value_numeric", "separable_value_numeric"),
    "suprema": ("xi",),
    "assumptions": ("Assumption", "check_assumptions", "theorem_applies"),
    "strict_minima": ("are_strict_local_minima", "states", "strict_local_minima"),
    "barriers": ("Basin", "barrier", "disconnectivity"),
    "paths": ("ReachablePath", "Rise", "Verification", "reachable_path", "verify_path"),
    "weights": ("collapse_rise", "collapsed_value", "weighted_value"),
    "smoothed": ("smoothed_discriminator", "smoothed_value", "smoothed_value_and_gradient"),
    "minima": ("Minimum", "local_minima"),
    "climbing": ("climbs",),
    "descents": ("Descents", "descend", "random_starts"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
