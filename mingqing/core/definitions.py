"""Read the program's own TOML definitions, refusing any mistake with file, key and reason."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from mingqing.core.errors import DefinitionError
from mingqing.core.text import tr

_T = TypeVar("_T")

# What a definition may hold: a file from a stranger must not fill the memory, nor a number of his the map.
_LARGEST_FILE = 1 << 18
_LONGEST_TEXT = 2_000  # and line: `tomllib` takes the square of the length of a.b.c.d… to read it
_LARGEST_NUMBER = 1e15
_LONGEST_SAID = 200  # of what an error repeats


class Reader:
    """One mapping of a TOML file, read key by key; whatever is left at the end is a mistake."""

    def __init__(self, file: str, where: str, data: object) -> None:
        self.file, self.where = file, where
        if not isinstance(data, dict):
            raise self.error("", tr("应为一组键值"))
        self.data = dict(data)

    def error(self, key: str, reason: str) -> DefinitionError:
        """Return the refusal of what stands under `key`, to be raised."""
        place = ".".join(p for p in (self.where, key) if p)
        return DefinitionError(
            tr("定义文件 {file} 的 {key} 有误：{reason}").format(
                file=self.file, key=_short(place), reason=_short(reason)
            )
        )

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """Return the value under `key`, which must be of `kind`; without a default it must be there."""
        if key not in self.data:
            if default is None:
                raise self.error(key, tr("缺少这一项"))
            return default
        value = self.data.pop(key)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, tr("值的类型不对：{value}").format(value=value))
        return value

    def maybe(self, key: str, kind: type[_T]) -> _T | None:
        """Return the value under `key`, None where there is none."""
        return self.take(key, kind) if key in self.data else None

    def strings(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under `key`, empty where there is none."""
        value = self.take(key, list, [])
        if not all(isinstance(x, str) for x in value):
            raise self.error(key, tr("应为一列文字"))
        return tuple(value)

    def choice(self, key: str, kind: type[_T], value: str) -> _T:
        """Return the member of an enumeration that `value`, found under `key`, names."""
        try:
            return kind(value)  # type: ignore[call-arg]
        except ValueError as error:
            raise self.error(key, tr("不认识“{value}”").format(value=value)) from error

    def finish(self) -> None:
        """Refuse what nobody has taken."""
        if self.data:
            raise self.error(next(iter(self.data)), tr("不认识这一项"))


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises
    ------
    DefinitionError
        if it is missing or is not TOML in UTF-8.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            text = stream.read(_LARGEST_FILE + 1)
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(path.name, error) from error
    return parse_toml(text, path.name)


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Return what the text of a definition file of this name says.

    Raises
    ------
    DefinitionError
        if it is not TOML, or holds what no definition does.
    """
    try:
        if len(text) > _LARGEST_FILE or len(max(text.split("\n"), key=len)) > _LONGEST_TEXT:
            raise ValueError(tr("文件太大，或者有一行太长"))
        found = tomllib.loads(text)
        _require_sane(found)
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, error) from error
    return found


def _require_sane(value: object) -> None:
    """Refuse texts and numbers that are too large, anywhere in what a file says. Raises ValueError."""
    if isinstance(value, dict):
        _require_sane([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            _require_sane(each)
    elif isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise ValueError(tr("有一段文字太长：{text}").format(text=value))
    elif isinstance(value, int | float) and not abs(value) <= _LARGEST_NUMBER:
        raise ValueError(tr("有一个数太大或不是数"))


def _unreadable(file: str, error: Exception) -> DefinitionError:
    reason = _short(str(error))
    return DefinitionError(tr("定义文件 {file} 无法读取：{reason}").format(file=file, reason=reason))


def _short(text: str) -> str:
    """Return a text as one line that fits into a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SAID else f"{line[:_LONGEST_SAID]}…"
