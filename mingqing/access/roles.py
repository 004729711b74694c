"""Roles: what each may do with each table and how much it sees of each field, from `resources/roles.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog, Field, FieldType, Mask, Privacy, Table
from mingqing.core.definitions import Reader, parse_toml, read_toml
from mingqing.core.files import data_dir
from mingqing.core.text import tr

_FILE = "roles.toml"
_CODE = re.compile(r"[a-z][a-z0-9_]*\Z")
_FOOTER = {"required": True, "optional": False}
_OWN_MASK = {FieldType.ID_NUMBER: Mask.ID_NUMBER, FieldType.PHONE: Mask.PHONE}


class Action(StrEnum):
    """What may be done with the rows of a table."""

    SEE = "see"
    EDIT = "edit"
    EXPORT = "export"
    PRINT = "print"


class Duty(StrEnum):
    """What the one who looks after a project does; nobody holds two of them (三员分立)."""

    UPKEEP = "upkeep"
    ACCOUNTS = "accounts"
    AUDIT = "audit"


class Shows(StrEnum):
    """How much of a field a role sees, from nothing to all."""

    ABSENT = "absent"
    MASKED = "masked"
    ON_REQUEST = "on_request"
    CLEAR = "clear"

    @property
    def openness(self) -> int:
        """0 for nothing, and more the more is seen."""
        return _FROM_NOTHING.index(self)


_FROM_NOTHING = tuple(Shows)


@dataclass(frozen=True, eq=False)
class Role:
    """What an account that holds this role is allowed; nothing else.

    tables : actions, by `*`, `layer.*` or table; the most exact entry counts.
    fields : what is shown, by privacy class, `class:mask` or `table.field`; the most exact entry counts.
    bound_to_villages : whether an account with this role must name its villages.
    footer_required : whether whoever holds it prints nothing without a footer that says who printed it and when.
    """

    code: str
    title: str
    purpose: str
    tables: Mapping[str, frozenset[Action]]
    fields: Mapping[str, Shows]
    duty: Duty | None = None
    bound_to_villages: bool = False
    footer_required: bool = False

    def actions(self, table: Table) -> frozenset[Action]:
        """Return what this role may do with the rows of a table."""
        for name in (table.name, f"{table.layer}.*", "*"):
            if name in self.tables:
                return self.tables[name]
        return frozenset()

    def shows(self, table: Table, field: Field) -> Shows:
        """Return how much of a field this role sees where it may see the table; nothing where no line says."""
        privacy = privacy_of(field)
        for name in (f"{table.name}.{field.name}", f"{privacy}:{mask_of(field)}", str(privacy)):
            if name in self.fields:
                return self.fields[name]
        return Shows.ABSENT


def mask_of(field: Field) -> Mask | None:
    """Return how a field is masked; identity numbers and phones are without being told."""
    return field.mask or _OWN_MASK.get(field.type)


def privacy_of(field: Field) -> Privacy:
    """Return how closely a field is kept: never less than what it holds asks for, whatever its definition says."""
    if field.type is FieldType.ID_NUMBER or field.mask is Mask.ID_NUMBER:
        return Privacy.SENSITIVE
    if mask_of(field) is not None and field.privacy is Privacy.OPEN:
        return Privacy.PERSONAL
    return field.privacy


def load_roles(path: Path, definitions: Catalog) -> Mapping[str, Role]:
    """Return the roles of a file by code, checked against the tables and fields they speak of.

    Raises
    ------
    DefinitionError
        at the first mistake, naming file, key and reason.
    """
    return _read_roles(Reader(path.name, "", read_toml(path)), definitions, strict=True)


def parse_roles(text: str, definitions: Catalog) -> Mapping[str, Role]:
    """Return the roles that a project carries. Lines on tables and fields that are no more say nothing.

    Raises
    ------
    DefinitionError
        at any other mistake, naming key and reason.
    """
    return _read_roles(Reader(_FILE, "", parse_toml(text, _FILE)), definitions, strict=False)


def _read_roles(top: Reader, definitions: Catalog, *, strict: bool) -> Mapping[str, Role]:
    found: dict[str, Role] = {}
    for entry in top.take("role", list):
        role = _read_role(Reader(top.file, "role", entry), definitions, strict=strict)
        if role.code in found:
            raise top.error(f"role.{role.code}", tr("“{name}”重复").format(name=role.code))
        found[role.code] = role
    top.finish()
    return found


def _read_role(reader: Reader, definitions: Catalog, *, strict: bool) -> Role:
    code = reader.take("code", str)
    reader.where = f"role.{code}"
    if not _CODE.match(code):
        raise reader.error("code", tr("只能用小写英文字母、数字和下划线"))
    title, purpose = reader.take("title", str), reader.take("purpose", str)
    for key, text in (("title", title), ("purpose", purpose)):
        if not text.strip():
            raise reader.error(key, tr("不能为空"))
    duty, footer = reader.maybe("duty", str), reader.take("footer", str, default="optional")
    if footer not in _FOOTER:
        raise reader.error("footer", tr("只能写 required 或 optional"))
    role = Role(
        code=code,
        title=title,
        purpose=purpose,
        duty=None if duty is None else reader.choice("duty", Duty, duty),
        bound_to_villages=reader.take("villages", bool, default=False),
        footer_required=_FOOTER[footer],
        tables=_read_tables(
            Reader(reader.file, f"{reader.where}.tables", reader.take("tables", dict)),
            definitions,
            strict=strict,
        ),
        fields=_read_fields(
            Reader(reader.file, f"{reader.where}.fields", reader.take("fields", dict)),
            definitions,
            strict=strict,
        ),
    )
    reader.finish()
    return role


def _read_tables(reader: Reader, definitions: Catalog, *, strict: bool) -> Mapping[str, frozenset[Action]]:
    known = {"*", *definitions.tables, *(f"{layer}.*" for layer in definitions.layers)}
    found = {}
    for name in list(reader.data):
        if name not in known and strict:
            raise reader.error(name, tr("没有这张表或这张图"))
        actions = frozenset(reader.choice(name, Action, text) for text in reader.strings(name))
        if actions and Action.SEE not in actions:
            raise reader.error(name, tr("能编辑、导出或打印的，也要能看（see）"))
        found[name] = actions
    return found


def _read_fields(reader: Reader, definitions: Catalog, *, strict: bool) -> Mapping[str, Shows]:
    masks = {f"{privacy}:{mask}": mask for privacy in Privacy for mask in Mask}
    fields = {f"{t.name}.{f.name}": f for t in definitions.tables.values() for f in t.field_by_name.values()}
    found = {}
    for name in list(reader.data):
        if name not in {*Privacy, *masks, *fields} and strict:
            raise reader.error(name, tr("没有这个字段，也不是 open、personal、sensitive 或“类别:掩码”"))
        found[name] = reader.choice(name, Shows, reader.take(name, str))
        if found[name] is Shows.MASKED and name in fields and mask_of(fields[name]) is None:
            raise reader.error(name, tr("这个字段没有规定怎样打码，只能写 clear、on_request 或 absent"))
    for closer, opener in ((Privacy.PERSONAL, Privacy.OPEN), (Privacy.SENSITIVE, Privacy.PERSONAL)):
        if _openness(found, closer) > _openness(found, opener):
            raise reader.error(closer, tr("不能比 {opener} 看得更多").format(opener=opener))
    return found


def _openness(fields: Mapping[str, Shows], privacy: Privacy) -> int:
    return fields.get(privacy, Shows.ABSENT).openness


def own_text() -> str:
    """Return the program's own definitions, as a new project takes them along."""
    return (data_dir("resources") / _FILE).read_text(encoding="utf-8")


@cache
def roles() -> Mapping[str, Role]:
    """Return the program's own roles by code, read once."""
    return load_roles(data_dir("resources") / _FILE, catalog())
