"""Where templates are: those in the project's own folder `print/` before the program's, and over them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from pathlib import Path

from mingqing.catalog.load import catalog
from mingqing.core.definitions import Section, read_toml
from mingqing.core.errors import DefinitionError, InputRefused
from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.printing.template.document import DOCUMENTS, DocumentTemplate, Heading, read_document
from mingqing.printing.template.load import read_template
from mingqing.printing.template.model import Template
from mingqing.store.session import Session
from mingqing.store.templates import FOLDER, SUFFIX, is_name, own_templates

SHARED = "common"
"""The file that says what all wall maps have in common."""
Of = Session | Path | None
"""A project: a session of it, its folder, or None for what the program has by itself."""


def template_of(of: Of, theme: str, name: str = "") -> Template:
    """Return the template of a wall map: that of a name, or the theme's own.

    Raises
    ------
    InputRefused
        if there is none of that name, or it is for another theme.
    DefinitionError
        if it is broken; names file, line, key and reason.
    """
    found = template(of, name or theme)
    if found.theme not in {None, theme}:
        raise InputRefused(
            tr("模板“{name}”是“{theme}”用的，请换一个模板").format(
                name=found.name, theme=catalog().layers[found.theme].title
            )
        )
    return found


def template(of: Of, name: str) -> Template:
    """Return the wall map's template of a name. A theme for which there is none has what all have in common.

    Raises
    ------
    InputRefused
        if there is none of that name.
    DefinitionError
        if it is broken; names file, line, key and reason.
    """
    project = folder_of(of)
    said = [] if name in DOCUMENTS else layers(project, name)
    if not said and name not in catalog().layers:
        every = "、".join(t.name for t in templates(of))
        raise InputRefused(tr("没有名为“{name}”的模板，可用的有：{all}").format(name=name, all=every))
    return _of_wall(project, name, said)


def _of_wall(project: Path | None, name: str, said: list[Section]) -> Template:
    """Return the template that definitions of a name say, above those of its theme and of all maps."""
    theme = name if name in catalog().layers else None
    below = said[0].get("theme") if said and theme is None else None
    under = layers(project, below) if isinstance(below, str) else []
    shared = [] if name == SHARED else layers(project, SHARED)
    return read_template(_merged([*said, *under, *shared]), name, f"{name}{SUFFIX}", theme)


def document(of: Of, name: str) -> DocumentTemplate:
    """Return the template of a card, list, plan or report; name : one of `DOCUMENTS`.

    Raises
    ------
    DefinitionError
        if it is broken; names file, line, key and reason.
    """
    return _of_document(name, layers(folder_of(of), name))


def _of_document(name: str, said: Sequence[Section]) -> DocumentTemplate:
    """Return the template that definitions say; headings that they do not have are the program's."""
    found, ours = (
        read_document(_merged(some), name, f"{name}{SUFFIX}") for some in (said, layers(None, name))
    )
    named = (Heading(each.code, each.title or ours.heading(each.code)) for each in found.sections)
    return replace(found, sections=tuple(named))


def checked(file: Path) -> Template | DocumentTemplate:
    """Return the template in a file, which is to be called as in a project; the rest is as it would be there.

    Raises
    ------
    InputRefused
        if no template may be called so, or it is no regular file.
    DefinitionError
        if it is missing or broken; names file, line, key and reason.
    """
    name, folder = file.stem, file.absolute().parent
    if file.suffix != SUFFIX or not is_name(name):
        raise InputRefused(
            tr("{file} 不能做模板的名字，应以 .toml 结尾，名字里只用文字、数字和短横线").format(
                file=" ".join(file.name.split())
            )
        )
    if file.exists() and not file.is_file():  # a pipe would be waited for
        raise InputRefused(tr("{file} 不是文件，请写模板文件的路径").format(file=file.name))
    project = folder.parent if folder.name == FOLDER and folder != built_in_folder() else None
    said = [read_toml(file), *layers(None, name)]
    return _of_document(name, said) if name in DOCUMENTS else _of_wall(project, name, said)


def _merged(said: Sequence[Section]) -> Section:
    """Return what definitions say together, the first above the others."""
    return reduce(lambda under, over: over.over(under), reversed(said))


def templates(of: Of) -> tuple[Template, ...]:
    """Return the templates of wall maps that may be chosen, those of the themes first; broken ones are left out."""
    found = []
    for name in wall_names(of):
        try:
            found.append(template(of, name))
        except DefinitionError:
            continue
    return tuple(found)


def wall_names(of: Of) -> tuple[str, ...]:
    """Return the names of the templates of wall maps, those of the themes first."""
    project = folder_of(of)
    own = [file.stem for file in own_templates(project)] if project is not None else []
    names = [*(file.stem for file in sorted(built_in_folder().glob(f"*{SUFFIX}"))), *own]
    order = list(catalog().layers)
    kept = dict.fromkeys(name for name in names if name not in {SHARED, *DOCUMENTS})
    return tuple(sorted(kept, key=lambda n: (order.index(n) if n in order else len(order), n)))


def folder_of(of: Of) -> Path | None:
    """Return the folder of a project."""
    return of.info.path if isinstance(of, Session) else of


def built_in_folder() -> Path:
    """Return where the program's own templates are."""
    return data_dir("resources") / FOLDER


def layers(project: Path | None, name: str) -> list[Section]:
    """Return what definitions of this name say, the project's own before the program's; of no name nothing.

    Raises
    ------
    DefinitionError
        if one is not TOML.
    """
    if not is_name(name):
        return []
    own = {file.stem: file for file in own_templates(project)} if project is not None else {}
    found = [_read(own[name], f"{FOLDER}/{own[name].name}", _stamp(own[name]))] if name in own else []
    built_in = built_in_folder() / f"{name}{SUFFIX}"
    return [*found, _read(built_in, built_in.name, _stamp(built_in))] if built_in.is_file() else found


def _stamp(file: Path) -> tuple[int, int]:
    about = file.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=64)  # an atlas asks for each of 2,406 maps
def _read(file: Path, called: str, stamp: tuple[int, int]) -> Section:  # noqa: ARG001 - of the file as it is now
    return read_toml(file, called)
