"""Every role, every format: no name, phone or identity number is in a file that the role may not hand on."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action, Role, Shows, mask_of, privacy_of, roles
from mingqing.catalog.model import Privacy
from mingqing.core.errors import NotAllowed
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.run import export
from mingqing.store.session import Session

VILLAGE = "331124204202"
_OUT = frozenset({Action.SEE, Action.EXPORT})
_CODES = {".dbf": ("gbk",), ".dxf": ("gbk",), ".csv": ("gbk",), ".gdbtable": ("utf-16-le",)}
_SHORTEST = 2  # characters that name somebody


def texts(session: Session, table: str, field: str) -> Iterator[str]:
    return (str(value) for (value,) in session.rows(table, (field,)) if value is not None)


def withheld(everything: Session, session: Session) -> set[str]:
    """What an account may not hand on, and what stands in nothing that it may."""
    open_, closed = list[str](), set[str]()
    for name, table in everything.catalog.tables.items():
        for field in table.field_by_name.values():
            if field.references is not None:
                continue  # a random number, which is the id of a row
            if session.policy.column(name, field.name, Action.EXPORT) is Column.CLEAR:
                open_ += texts(session, name, field.name)
            elif mask_of(field) is not None or privacy_of(field) is Privacy.SENSITIVE:
                closed |= {t for t in texts(everything, name, field.name) if len(t) > _SHORTEST}
    codes = everything.catalog.codes.values()
    titles = [x.title for t in everything.catalog.tables.values() for x in (t, *t.field_by_name.values())]
    written = "\n".join(chain(set(open_), [c.value for each in codes for c in each.codes], titles))
    return {t for t in closed if not (t.isdecimal() and len(t) <= 8) and t not in written}


def content(files: tuple[Path, ...]) -> str:
    """Everything that is written in files, in whichever of the encodings that leave."""
    decoded = "\n".join(
        part.decode(code, "ignore")
        for file in files
        for part in _parts(file)
        for code in ("utf-8", *_CODES.get(file.suffix, ()))
    )
    return decoded + "".join(json.loads(f'"{part}"') for part in _escaped(decoded))


def _parts(file: Path) -> Iterator[bytes]:
    if is_zipfile(file):
        with ZipFile(file) as archive:
            yield from map(archive.read, archive.namelist())
    else:
        yield file.read_bytes()


def found(secret: set[str], text: str) -> list[str]:
    """What of the secret stands in a text; a text of megabytes is searched once, by its words."""
    words = "\n".join(set(re.findall(r"\w+", text)))
    likely = [s for s in secret if max(re.findall(r"\w+", s), key=len, default="") in words]
    return [s for s in likely if s in text]


def _escaped(text: str) -> Iterator[str]:
    """The runs of \\uXXXX in which JSON and CAD drawings may hide 汉字."""
    return (run.replace("\\U+", "\\u") for run in re.findall(r"(?:\\[uU]\+?[0-9a-fA-F]{4})+", text))


def with_roles(session: Session, *known: Role) -> Session:
    policy = Policy.of((r.code for r in known), None, session.catalog, {r.code: r for r in known})
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


@pytest.fixture
def everything(as_role: Callable[..., Session]) -> Session:
    return as_role("county_editor")


@pytest.mark.parametrize("role", list(roles()))
def test_no_file_holds_what_the_role_may_not_hand_on(
    as_role: Callable[..., Session], everything: Session, tmp_path: Path, role: str
) -> None:
    session = as_role(role, *([VILLAGE] if roles()[role].bound_to_villages else []))
    asked = Asked(Format.CSV, gate=Gate.SKIP)
    if not any(session.policy.allowed(t, Action.EXPORT) for t in session.catalog.tables):
        with pytest.raises(NotAllowed):
            export(session, asked, tmp_path / "出")
        assert not (tmp_path / "出").exists()
        return
    secret = withheld(everything, session)
    text = content(export(session, asked, tmp_path / "出").files)
    assert "民情标识" in text
    assert not found(secret, text)


@pytest.mark.parametrize("format_", list(Format))
def test_what_is_masked_leaves_masked_in_every_format(
    everything: Session, tmp_path: Path, format_: Format
) -> None:
    viewer = Role("v", "查阅", "", {"*": _OUT}, {"open": Shows.CLEAR, "personal": Shows.MASKED})
    with with_roles(everything, viewer) as session:
        secret = withheld(everything, session)
        asked = Asked(format_, villages=(VILLAGE,), gate=Gate.SKIP)
        text = content(export(session, asked, tmp_path / "出").files)
    assert len(secret) > 1000
    assert "**" in text
    assert not found(secret, text)


@pytest.mark.parametrize("format_", list(Format))
def test_the_test_above_would_find_them(everything: Session, tmp_path: Path, format_: Format) -> None:
    asked = Asked(format_, villages=(VILLAGE,), gate=Gate.SKIP)
    text = content(export(everything, asked, tmp_path / "出").files)
    heads = {name for (name, at) in everything.rows("village", ("head", "village_code")) if at == VILLAGE}
    assert heads
    assert not [name for name in heads if name not in text]


# What is shared is decided before a format is written; a page and a map of places have ways of their own.
@pytest.mark.parametrize("format_", [Format.CSV, Format.KML, Format.HTML])
def test_what_is_shared_with_everybody_holds_no_person(
    everything: Session, tmp_path: Path, format_: Format
) -> None:
    open_only = Role("o", "公开", "", {"*": _OUT}, {"open": Shows.CLEAR})
    with with_roles(everything, open_only) as session:
        secret = withheld(everything, session)
    text = content(export(everything, Asked(format_, share=True, gate=Gate.SKIP), tmp_path / "出").files)
    assert "小竹溪村" in text
    assert not found(secret, text)


def test_seen_whole_by_one_role_and_handed_on_masked_by_another_is_absent(
    everything: Session, tmp_path: Path
) -> None:
    see = frozenset({Action.SEE})
    sees = Role("sees", "看", "", {"*": see}, dict.fromkeys(Privacy, Shows.CLEAR))
    hands = Role("hands", "出", "", {"*": _OUT}, {"open": Shows.CLEAR, "personal": Shows.MASKED})
    with with_roles(everything, sees, hands) as both:
        asked = Asked(Format.CSV, tables=("assistance",), gate=Gate.SKIP)
        text = content(export(both, asked, tmp_path / "出").files)
    assert not [name for name in texts(everything, "assistance", "helper") if name in text]
