"""On which line of a TOML file its keys stand, for messages to those who write one."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of tables and, in arrays of tables, positions from 0."""

# What tells where a statement of a file that `tomllib` has taken ends. Strings first: they may hold all of the rest.
_TOKEN = re.compile(
    r"""
    \"{3} (?: \\. | [^\\] )*? \"{3,5} | '{3} .*? '{3,5}
    | " (?: \\. | [^"\\\n] )* " | ' [^'\n]* '
    | \# [^\n]* | [][{}=,\n]
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Source:
    """The text of a definition file, and what it is called."""

    file: str
    text: str

    def line(self, path: KeyPath) -> int | None:
        r"""Return the line, from 1, of a key, or of the nearest table around it; None where it has none.

        Examples
        --------
        >>> source = Source("x.toml", 'a = 1\n[[b]]\n"c" = [\n2]\nd.e = 3')
        >>> [source.line(path) for path in (("a",), ("b", 0, "c"), ("b", 0, "d", "e"), ("b", 0, "x"))]
        [1, 3, 5, 2]
        >>> Source("x.toml", "a = [\n{ b = 1 },\n{ b = 2 }]").line(("a", 1, "b"))
        3
        """
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return None

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        """Line by path; worked out when first there is a mistake to tell of."""
        found: dict[KeyPath, int] = {}
        latest: dict[KeyPath, int] = {}  # of each array of tables
        table: KeyPath = ()
        path: KeyPath = ()
        for line, head in _heads(self.text):
            if isinstance(head, int):
                found[*path, head] = line
                continue
            path = _inside(() if head.startswith("[") else table, _names(head.strip("[]")), latest)
            if head.startswith("["):
                table = path
            if head.startswith("[["):
                latest[path] = latest.get(path, -1) + 1
                table = (*path, latest[path])
                found[table] = line
            for end in range(1, min(len(path), _DEEPEST) + 1):
                found.setdefault(path[:end], line)
        return found


_DEEPEST = 12  # of a.b.c.d… made up to keep us busy, the rest is of no interest


def _inside(table: KeyPath, names: KeyPath, latest: Mapping[KeyPath, int]) -> KeyPath:
    """Return the path of names under a table; those of arrays of tables on the way mean their latest."""
    path = table
    for name in names[:_DEEPEST]:
        path = (*path, latest[path], name) if path in latest else (*path, name)
    return path


def _heads(text: str) -> Iterator[tuple[int, str | int]]:
    """Yield of each statement its line and its head: `[table]`, `[[table]]`, or the key before the `=`.

    After it, of each table in its array, the line, and for a head its position.
    """
    start, line, depth, told, outer, position = 0, 1, 0, False, "", 0
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said == "\n" and not depth:
            start, line, told = token.end(), line + text.count("\n", start, token.end()), False
        elif said == "=" and not depth and not told:
            told = True
            yield line, text[start : token.start()].strip()
        elif said in {"[", "{"}:
            if not depth:
                outer, position = said, 0
            elif depth == 1 and outer + said == "[{":
                yield line + text.count("\n", start, token.start()), position
            depth += 1
        elif said == "," and depth == 1:
            position += 1
        elif said in {"]", "}"}:
            depth -= 1
            if not depth and not told:
                told = True
                yield line, text[start : token.end()].strip()


def _names(key: str) -> KeyPath:
    """Return the parts of a dotted key."""
    found: list[str] = []
    at: Any = tomllib.loads(f"{key} = 0")
    while isinstance(at, dict):
        (name,) = at
        found.append(name)
        at = at[name]
    return tuple(found)
