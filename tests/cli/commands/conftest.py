"""What commands have in common."""

from pathlib import Path

import pytest

from tests.files import write_shp, write_village


@pytest.fixture
def village(tmp_path: Path) -> Path:
    folder = tmp_path / "资料" / "小竹溪村"
    write_village(folder)
    columns = {"房屋编号": ["001", "002"], "层数": [2, 3], "户主": ["甄一一", "贾二二"]}
    write_shp(folder / "农房.shp", columns)
    return folder
