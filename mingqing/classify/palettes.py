"""The colours users choose among, from `resources/palettes.toml`: safe for the colour-blind, by day and by night."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from mingqing.catalog.color import Color, darkened, mixed, parse_hex
from mingqing.core.definitions import Reader, read_toml
from mingqing.core.files import data_dir
from mingqing.core.text import tr


class PaletteKind(StrEnum):
    """What a palette is good for."""

    CATEGORIES = "categories"
    RAMP = "ramp"
    DIVERGING = "diverging"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together. Of a ramp, `stations` are those between which the others are mixed."""

    code: str
    title: str
    kind: PaletteKind
    stations: tuple[Color, ...]
    source: str

    def colors(self, count: int) -> tuple[Color, ...]:
        """Return `count` colours: of categories the first ones, of a ramp from end to end.

        Where there are too few categories, they begin again.
        """
        if self.kind is PaletteKind.CATEGORIES:
            return tuple(self.stations[n % len(self.stations)] for n in range(count))
        return _ramp(self.stations, count)


@lru_cache(maxsize=256)
def _ramp(stations: tuple[Color, ...], count: int) -> tuple[Color, ...]:
    light, dark = [c.light for c in stations], [c.dark for c in stations]
    shares = [n / (count - 1) for n in range(count)] if count > 1 else [0.5]
    return tuple(Color(mixed(light, share), mixed(dark, share)) for share in shares)


@dataclass(frozen=True, slots=True)
class Palettes:
    """All palettes, by code, and the colour of what nothing is known of."""

    by_code: Mapping[str, Palette]
    no_data: Color

    def of(self, *kinds: PaletteKind) -> tuple[Palette, ...]:
        """Return the palettes of some kinds, in the order of the file."""
        return tuple(p for p in self.by_code.values() if p.kind in kinds)


@cache
def palettes() -> Palettes:
    """Return the program's palettes, read once.

    Raises
    ------
    DefinitionError
        at the first mistake in the file, naming key and reason.
    """
    path = data_dir("resources") / "palettes.toml"
    top = Reader(path.name, "", read_toml(path))
    no_data = _color(top, "no_data", top.data.pop("no_data", None))
    found = [_palette(Reader(path.name, "palette", entry)) for entry in top.take("palette", list)]
    top.finish()
    return Palettes({palette.code: palette for palette in found}, no_data)


def _palette(reader: Reader) -> Palette:
    code = reader.take("code", str)
    reader.where = f"palette.{code}"
    made = Palette(
        code,
        reader.take("title", str),
        reader.choice("kind", PaletteKind, reader.take("kind", str)),
        tuple(_color(reader, "colors", value) for value in reader.take("colors", list)),
        reader.take("source", str),
    )
    reader.finish()
    return made


def _color(reader: Reader, key: str, value: object) -> Color:
    light, dark = value if isinstance(value, list) and len(value) == 2 else (value, None)
    try:
        parse_hex(str(light))
        parse_hex(str(dark or light))
    except ValueError as error:
        raise reader.error(key, tr("值不对：{value}").format(value=value)) from error
    return Color(str(light), str(dark) if dark else darkened(str(light)))
