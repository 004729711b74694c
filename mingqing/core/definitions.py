"""Read the program's own TOML definitions, refusing any mistake with file, line, key and reason."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from mingqing.core.errors import DefinitionError
from mingqing.core.lines import KeyPath, Source
from mingqing.core.text import tr

_T = TypeVar("_T")

# What a definition may hold: a file from a stranger must not fill the memory, nor a number of his the map.
_LARGEST_FILE = 1 << 18
_LONGEST_TEXT = 2_000  # and line: `tomllib` takes the square of the length of a.b.c.d… to read it
_LARGEST_NUMBER = 1e15
_LONGEST_SAID = 200  # of what an error repeats


class Section(dict[str, Any]):
    """A table of a definition file that knows where it stands; otherwise a dict.

    source, path : the file, and the way to it there. others : where keys that are not its own come from.
    """

    __slots__ = ("others", "path", "source")

    def __init__(self, data: Mapping[str, Any], source: Source, path: KeyPath = ()) -> None:
        super().__init__(data)
        self.source, self.path = source, path
        self.others: dict[str, Section] = {}

    def place(self, key: str) -> tuple[str, int | None]:
        """Return the file that says what stands under a dotted key, and its line from 1 where there is one."""
        first, _, rest = key.partition(".")
        if rest and isinstance(inner := self.get(first), Section):
            return inner.place(rest)
        there = self.others.get(first, self)
        return there.source.file, there.source.line((*there.path, first))

    def over(self, below: "Section") -> "Section":
        """Return what either says, and where both do what this one says; tables in them alike, lists whole."""
        merged = Section({**below, **self}, self.source, self.path)
        merged.others = {k: below.others.get(k, below) for k in below.keys() - self.keys()} | self.others
        for key in below.keys() & self.keys():
            if isinstance(mine := self[key], Section) and isinstance(theirs := below[key], Section):
                merged[key] = mine.over(theirs)
        return merged


class Reader:
    """One mapping of a TOML file, read key by key; whatever is left at the end is a mistake."""

    def __init__(self, file: str, where: str, data: object) -> None:
        self.file, self.where = file, where
        self._section = data if isinstance(data, Section) else None
        if not isinstance(data, dict):
            raise self.error("", tr("应为一组键值"))
        self.data = dict(data)

    def error(self, key: str, reason: str) -> DefinitionError:
        """Return the refusal of what stands under `key`, to be raised."""
        file, line = self._section.place(key) if self._section is not None else (self.file, None)
        place = ".".join(p for p in (self.where, key) if p)
        return DefinitionError(
            tr("定义文件 {at}的 {key} 有误：{reason}").format(
                at=_at(file, line), key=_short(place), reason=_short(reason)
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


def read_toml(path: Path, file: str = "") -> Section:
    """Return what a TOML file says. file : what messages call it; its name where empty.

    Raises
    ------
    DefinitionError
        if it is missing or is not TOML in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig") as stream:  # Windows' editor puts a mark at the beginning
            text = stream.read(_LARGEST_FILE + 1)
    except UnicodeDecodeError as error:
        reason = tr("不是 UTF-8 编码，请另存为 UTF-8")
        raise _unreadable(file or path.name, None, reason) from error
    except OSError as error:
        raise _unreadable(file or path.name, None, tr("没有这个文件，或者打不开")) from error
    return parse_toml(text, file or path.name)


def parse_toml(text: str, file: str) -> Section:
    """Return what the text of a definition file of this name says.

    Raises
    ------
    DefinitionError
        if it is not TOML, or holds what no definition does.
    """
    if len(text) > _LARGEST_FILE or len(max(text.split("\n"), key=len)) > _LONGEST_TEXT:
        raise _unreadable(file, None, tr("文件太大，或者有一行太长"))
    source = Source(file, text)
    try:
        return _section(tomllib.loads(text), source, ())
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(file, _line_of(error, text), _in_chinese(error)) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets without end
        raise _unreadable(file, None, tr("有一个数太大，或者括号套得太深")) from error


def _section(table: Mapping[str, Any], source: Source, path: KeyPath) -> Section:
    for key in table:
        _sane(key, source, (*path, key))
    return Section({key: _sane(value, source, (*path, key)) for key, value in table.items()}, source, path)


def _sane(value: object, source: Source, path: KeyPath) -> object:
    """Return a value with its tables as `Section`s, having refused texts and numbers that are too large."""
    if isinstance(value, dict):
        return _section(value, source, path)
    if isinstance(value, list):
        return [_sane(each, source, (*path, n)) for n, each in enumerate(value)]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        raise _unreadable(source.file, source.line(path), tr("有一段文字太长：{text}").format(text=value))
    if isinstance(value, int | float) and not abs(value) <= _LARGEST_NUMBER:
        raise _unreadable(source.file, source.line(path), tr("有一个数太大或不是数"))
    return value


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1  # at the end of the document


# How the beginnings of what `tomllib` says are said to somebody who has never heard of TOML.
_SAID = {
    "Cannot overwrite": tr("这一项写了两遍"),
    "Cannot mutate": tr("这一项写了两遍"),
    "Cannot declare": tr("这一节写了两遍"),
    "Invalid value": tr("等号后面的值写得不对，文字要放在英文双引号里"),
    "Expected '='": tr("这里应当是“名字 = 值”，请检查等号和引号"),
    "Unterminated string": tr("引号没有配对"),
    "Illegal character": tr("引号没有配对，或有不该有的字符"),
    "Expected newline": tr("一行写了不止一项，或引号没有配对"),
    "Unclosed": tr("括号没有配对"),
}


def _in_chinese(error: tomllib.TOMLDecodeError) -> str:
    said = str(error)
    return next(
        (text for start, text in _SAID.items() if said.startswith(start)),
        tr("写法不对，请检查引号、等号和括号"),
    )


def _unreadable(file: str, line: int | None, reason: str) -> DefinitionError:
    return DefinitionError(
        tr("定义文件 {at}无法读取：{reason}").format(at=_at(file, line), reason=_short(reason))
    )


def _at(file: str, line: int | None) -> str:
    return f"{file} " if line is None else tr("{file} 第 {line} 行").format(file=file, line=line)


def _short(text: str) -> str:
    """Return a text as one line that fits into a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SAID else f"{line[:_LONGEST_SAID]}…"
