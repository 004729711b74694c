"""However many layers leave, the memory holds one at a time."""

import gc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from weakref import ref

import pytest

from mingqing.export.layer import Layer
from mingqing.export.writing import Options
from tests.export.files.making import HOUSE, layer
from tests.export.files.test_paths import FORMATS, LON_LAT


@pytest.mark.parametrize("form", FORMATS)
def test_no_writer_holds_a_layer_while_the_next_is_read(tmp_path: Path, form: str) -> None:
    folder = form in {"delimited", "shapefile"}

    def passing() -> Iterator[Layer]:
        before = None
        for name in ("house", "plot", "water"):
            gc.collect()
            assert before is None or before() is None
            epsg = 4326 if form in LON_LAT else 4549
            made = layer(name, {"verified_on": [None]}, [HOUSE], epsg=epsg)
            assert made.geometry is not None
            before = ref(made.geometry)
            yield made
            del made

    place = tmp_path / ("all" if folder else f"all{FORMATS[form]}")
    written = import_module(f"mingqing.export.files.{form}").write(passing(), place, Options())
    assert set(written.files) == {"house", "plot", "water"}
