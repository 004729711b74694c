"""The columns with which a table leaves where no profile says otherwise: by `layers/*.toml` alone."""

from collections.abc import Iterator

from mingqing.catalog.model import STAMPS, Field, FieldType, Table
from mingqing.core.text import tr
from mingqing.export.profile.model import Origin, Out

ID_NAME, ID_TITLE = "MQID", tr("民情标识")
ID_HELP = tr("这条记录不变的编号，改了数据送回来时靠它对上")
VILLAGE_NAME, VILLAGE_TITLE = "CUNMC", tr("村名")
_ID_OF, _NAME_OF = tr("标识"), "MC"
_AS_THEY_ARE = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE})


def may_leave(field: Field) -> bool:
    """Whether a field may be a column: who typed what is ours to know, pictures and JSON no cell holds."""
    return field.name not in STAMPS and field.type not in {FieldType.PHOTO, FieldType.DATA}


def leaving_type(field: Field) -> FieldType:
    """Return the type in which values of a field leave: of yes and no, words."""
    return field.type if field.type in _AS_THEY_ARE else FieldType.TEXT


def every_column(table: Table) -> Iterator[Out]:
    """Yield the columns of a table: its id, its village, its own fields, what every row has; `source` is ours."""
    yield Out(ID_NAME, ID_TITLE, Origin.ID, FieldType.TEXT, help=ID_HELP)
    village, *common = table.common
    yield from columns_of(village)
    if table.name != "village":  # whose own name it is
        yield Out(VILLAGE_NAME, VILLAGE_TITLE, Origin.VILLAGE, FieldType.TEXT, village)
    for field in (*table.fields, *common):
        if may_leave(field) and field.name != "source":
            yield from columns_of(field)


def columns_of(field: Field) -> Iterator[Out]:
    """Yield the column of a field; of a reference the id of the row that it leads to, and what names that row."""
    name = field.leaves_as or field.name.upper()
    if field.references is None:
        yield Out(name, field.title, Origin.FIELD, leaving_type(field), field, help=field.help)
        return
    to = tr("所指那条记录的民情标识")
    yield Out(name, field.title + _ID_OF, Origin.REFERENCE, FieldType.TEXT, field, help=to)
    yield Out(f"{name[:8]}{_NAME_OF}", field.title, Origin.NAMED, FieldType.TEXT, field, help=field.help)
