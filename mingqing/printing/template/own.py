"""A project's own templates: which there are, beside the program's, and bringing one in to be changed."""

from dataclasses import dataclass
from pathlib import Path

from mingqing.access.audit import REFUSED, Act
from mingqing.access.roles import Action
from mingqing.catalog.load import catalog
from mingqing.core.errors import DefinitionError, InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.printing.template.document import DOCUMENTS
from mingqing.printing.template.find import SHARED, built_in_folder, checked, wall_names
from mingqing.store.session import Session
from mingqing.store.templates import FOLDER, SUFFIX, own_templates, put, strays


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as a list has it.

    prints : what is printed by it. own : whether the project has it; covers : and the program one of its name.
    mistake : what is wrong with it, a sentence; empty where nothing is.
    """

    name: str
    prints: str
    own: bool
    covers: bool
    mistake: str = ""


def listed(project: Path) -> tuple[Listed, ...]:
    """Return all templates there are for a project: of maps, of all maps together, of documents; then what is none."""
    own = {file.stem: file for file in own_templates(project)}
    found = []
    for name in (*wall_names(project), SHARED, *DOCUMENTS):
        ours = built_in_folder() / f"{name}{SUFFIX}"
        prints, mistake = "", ""
        try:
            prints = _prints(name, own.get(name, ours))
        except DefinitionError as error:
            mistake = str(error)
        found.append(Listed(name, prints, name in own, name in own and ours.is_file(), mistake))
    stray = tr("不是模板，打印时不看；模板的名字以 .toml 结尾，只用文字、数字、短横线和括号")
    return (*found, *(Listed(name, "", own=True, covers=False, mistake=stray) for name in strays(project)))


def _prints(name: str, file: Path) -> str:
    """Return what a template is for."""
    template, layers = checked(file), catalog().layers
    if name == SHARED:
        return tr("各张专题图共用")
    if name in DOCUMENTS:
        return template.title.replace("{village}", "")
    theme = getattr(template, "theme", None)
    return layers[theme].title if theme is not None else tr("任何专题图")


def copied(session: Session, name: str) -> Path:
    """Return the file of a template of the program's, copied into the project to be changed; the log has it.

    Raises
    ------
    NotAllowed
        if the account may edit nothing; the log has it.
    InputRefused
        if the program has no such template, or the project has one already.
    ProjectUnavailable
        if the project cannot be written.
    """
    session.require_writable()
    if not any(session.policy.allowed(table, Action.EDIT) for table in session.catalog.tables):
        session.record(Act.TEMPLATE, name, outcome=REFUSED)
        raise NotAllowed(tr("您的角色不能修改数据，也就不能改打印模板，请找能编辑数据的人"))
    ours = {file.stem: file for file in built_in_folder().glob(f"*{SUFFIX}")}
    if name not in ours:
        every = "、".join(sorted(ours))
        raise InputRefused(tr("软件没有名为“{name}”的模板，可以复制的有：{all}").format(name=name, all=every))
    inside = f"{FOLDER}/{name}{SUFFIX}"
    file = session.info.path / inside
    if file.exists() or file.is_symlink():
        raise InputRefused(tr("项目里已经有 {file}，直接改它就行").format(file=inside))
    session.record(Act.TEMPLATE, name, detail=tr("复制到项目里"))
    try:
        put(session.info.path, {inside: ours[name].read_bytes()})
    except OSError as error:
        raise ProjectUnavailable(tr("不能写 {file}，请检查磁盘空间和权限").format(file=file)) from error
    return file
