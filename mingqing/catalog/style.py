"""How a table is drawn: symbols by class, scale ranges, labels. Read from `[style.<table>]` in `layers/`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mingqing.core.errors import DefinitionError


@dataclass(frozen=True)
class Style:
    """One variant of a table's drawing."""

    raw: Mapping[str, Any]


def read_style(raw: Mapping[str, Any], error: Callable[[str, str], DefinitionError]) -> Style:  # noqa: ARG001
    """Return the style that `raw` describes; `error(key, reason)` makes the exception to raise."""
    return Style(raw)
