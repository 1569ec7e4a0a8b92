"""What the JSON of a file must look like, so that one of another form is named by its first wrong field."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any

NUMBER = int | float
LARGEST = 2**63 - 1  # of whole numbers, as arrays hold them

NAMES = {str: "text", int: "a whole number", NUMBER: "a finite number"}


@dataclass(frozen=True)
class OrNull:
    """A form, or null."""

    form: "Form"


Form = type | UnionType | OrNull | Mapping[str, "Form"] | list["Form"]
"""A type of `NAMES`; of an object its fields, of which there may be more; of a list that of its elements."""

_OF_FIELDS: dict[Any, Form] = {
    **{str: str, int: int, float: NUMBER},
    **{tuple[float, float]: [NUMBER], tuple[str, ...]: [str]},
}


def parsed(text: str) -> Any:
    """What JSON says; `ValueError` where it is malformed, or nested more deeply than can be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def check_form(value: Any, form: Form, name: str = "it") -> None:
    """Raise `ValueError`, which names the field, unless `value`, which is called `name`, is of this form."""
    if isinstance(form, OrNull):
        if value is not None:
            check_form(value, form.form, name)
    elif isinstance(form, Mapping):
        if not isinstance(value, dict):
            raise ValueError(f"{name} is {_shown(value)}, not an object")
        for key, inner in form.items():
            if key not in value:
                raise ValueError(f"{_within(name, key)} is missing")
            check_form(value[key], inner, _within(name, key))
    elif isinstance(form, list):
        if not isinstance(value, list):
            raise ValueError(f"{name} is {_shown(value)}, not a list")
        for place, element in enumerate(value):
            check_form(element, form[0], _within(name, str(place)))
    elif not _is(value, form):
        raise ValueError(f"{name} is {_shown(value)}, not {NAMES[form]}")


def check_fields(value: Any, kind: type, name: str = "it") -> None:
    """Raise `ValueError` unless `value` is an object whose fields have the types of those of a dataclass.

    Which of them are there is left to the caller.
    """
    check_form(value, {}, name)
    form = {field.name: _OF_FIELDS[field.type] for field in fields(kind) if field.name in value}
    check_form(value, form, name)


def _within(name: str, key: str) -> str:
    return key if name == "it" else f"{name}.{key}"


def _is(value: Any, form: type | UnionType) -> bool:
    if isinstance(value, bool):  # which Python takes for a whole number
        return False
    if isinstance(value, int):
        return form is not str and abs(value) <= LARGEST
    return isinstance(value, form) and not (isinstance(value, float) and not math.isfinite(value))


def _shown(value: Any) -> str:
    """A value, in as many letters as fit a line."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    told = json.dumps(value)
    return told if len(told) <= 40 else f"{told[:40]}..."
