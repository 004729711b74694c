"""How much one file may hold: what a village or a county hands over is a tenth of it, a file made to do harm is not."""

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

DEEPEST = 100  # elements of a document within one another
_MOST_LAYERS = 2_000
_MOST_COLUMNS = 1_000
_MOST_CELLS = 10_000_000
_WIDEST = 16_384  # a sheet of Excel


def require_layers(count: int) -> None:
    """Refuse a file of more layers, sheets or folders than anybody would make. Raises InputRefused."""
    if count > _MOST_LAYERS:
        raise InputRefused(tr("里有 {n} 个图层，多得不正常；请只导出要导入的图层。").format(n=count))


def require_columns(count: int) -> None:
    """Refuse a table with more columns than any register. Raises InputRefused."""
    if count > _MOST_COLUMNS:
        raise InputRefused(tr("有 {n} 列，多得不正常；请只保留要导入的列，另存后再导入。").format(n=count))


def require_cells(rows: int, columns: int) -> None:
    """Refuse a table that is larger, its empty cells included, than a county's. Raises InputRefused."""
    if rows * columns > _MOST_CELLS or columns > _WIDEST:
        raise InputRefused(tr("的表格范围大得不正常；请删去表格之外的空行空列，另存后再导入。"))
