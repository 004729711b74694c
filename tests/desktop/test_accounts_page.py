"""Who manages accounts does all of it in the window; secrets are shown once; what is refused is said in place."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.access.keyring import Keyring
from mingqing.core.errors import ProjectUnavailable, WrongPassword
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.accounts.page import AccountsPage
from mingqing.desktop.accounts.recovering import RecoverySheet
from mingqing.desktop.accounts.sheets import ResetSheet
from mingqing.desktop.pages.dialogs import LoginSheet
from mingqing.store import project, roles
from mingqing.store.accounts import accounts
from mingqing.store.login import recover_account
from mingqing.store.project import open_project

from .duties import GIVEN, OWN, Desk, cells, desk, everything_said, staffed

__all__ = ["desk", "staffed"]


@pytest.fixture
def page(desk: Desk) -> AccountsPage:
    """The accounts page of the account that made the project."""
    desk.open()
    desk.go("accounts")
    assert desk.window.pages.currentWidget() is desk.window.duties.accounts
    return desk.window.duties.accounts


def names(page: AccountsPage) -> list[str]:
    return [line[0] for line in cells(page.list.table)]


def select(page: AccountsPage, name: str) -> None:
    page.list.table.selectRow(names(page).index(name))
    QApplication.processEvents()


def press(page: AccountsPage, text: str) -> None:
    next(
        b for b in page.list.findChildren(QPushButton) if b.text().strip() == text and not b.isHidden()
    ).click()


def fill(page: AccountsPage, name: str, *codes: str) -> None:
    page.list.adding.click()
    page.editor.name.setText(name)
    for code in codes:
        page.editor.roles.box_of(code).setChecked(True)


def stored(desk: Desk) -> dict[str, tuple[tuple[str, ...], frozenset[str] | None]]:
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        return {a.name: (a.roles, a.villages) for a in accounts(session)}


def test_page_is_offered_to_who_manages_accounts_and_to_nobody_else(desk: Desk) -> None:
    desk.open("查阅甲", OWN)
    assert not desk.window.actions_["accounts"].isVisible()
    desk.window.duties.show("accounts")
    assert desk.window.pages.currentWidget() is desk.window.explorer


def test_notices_of_a_login_are_shown_where_there_is_no_map_as_well(desk: Desk) -> None:
    with pytest.raises(WrongPassword):
        open_project(desk.project, user="审计丙", password=GIVEN)
    desk.open("审计丙", OWN)
    assert desk.window.pages.currentWidget() is desk.window.duties.log
    assert "输错过 1 次密码" in desk.window.strip.text
    desk.window.close_project()
    assert desk.window.strip.text == ""


def test_list_says_roles_villages_and_state_in_words(page: AccountsPage) -> None:
    lines = {line[0]: line[1:] for line in cells(page.list.table)}
    assert lines["村编乙"] == ["村级编辑·网格员", "小竹溪村", "今天设的", "正常"]
    assert lines["查阅甲"][:2] == ["查阅", "全部村"]


def test_account_is_added_by_name_role_and_village_and_opens_with_the_password_handed_over(
    qtbot: QtBot, desk: Desk, page: AccountsPage
) -> None:
    fill(page, "张三", "village_editor")
    assert not page.editor.villages.everywhere.isEnabled()
    qtbot.keyClicks(page.editor.villages.ticks.search, "hgc")
    qtbot.keyClick(page.editor.villages.ticks.search, Qt.Key.Key_Return)
    page.editor.primary.click()
    desk.settle()
    assert page.currentWidget() is page.slip
    password = page.slip.secret.text()
    with open_project(desk.project, user="张三", password=password) as session:
        assert session.login.account.must_change
        assert session.policy.villages == {"331124204203"}
    assert "张三" in names(page)


def test_first_password_is_nowhere_once_it_was_handed_over(desk: Desk, page: AccountsPage) -> None:
    fill(page, "张三", "viewer")
    page.editor.primary.click()
    desk.settle()
    password = page.slip.secret.text()
    assert password in everything_said()
    desk.window.actions_["dismiss"].trigger()
    assert page.currentWidget() is page.slip
    page.slip.done.click()
    assert page.currentWidget() is page.list
    assert password not in everything_said()


@pytest.mark.parametrize(
    ("name", "codes", "password", "sentence"),
    [
        ("查阅甲", ["viewer"], None, "已经有账号"),
        ("", ["viewer"], None, "账号名请用"),
        ("张三", ["viewer"], "songyang2024", "密码要包含"),
        ("张三", [], None, "至少要有一个角色"),
        ("张三", ["auditor", "system_admin"], None, "不能由同一个账号兼任"),
        ("张三", ["village_editor"], None, "至少一个村"),
    ],
)
def test_what_is_refused_is_said_on_the_form_and_nothing_is_added(
    desk: Desk, page: AccountsPage, name: str, codes: list[str], password: str | None, sentence: str
) -> None:
    before = stored(desk)
    fill(page, name, *codes)
    if password is not None:
        page.editor.password.field.setText(password)
    page.editor.primary.click()
    desk.settle()
    assert page.currentWidget() is page.editor
    assert sentence in page.editor.error
    assert page.editor.primary.isEnabled()
    assert stored(desk) == before


def test_suggested_password_is_good_and_another_each_time(page: AccountsPage) -> None:
    fill(page, "张三", "viewer")
    seen = set()
    for _ in range(5):
        page.editor.password.suggest()
        assert "够强" in page.editor.password.advice.text()
        seen.add(page.editor.password.text)
    assert len(seen) == 5


def test_roles_and_villages_are_changed(desk: Desk, page: AccountsPage) -> None:
    select(page, "村编乙")
    press(page, "改角色和村…")
    assert page.editor.villages.chosen == {"331124204202"}
    page.editor.roles.box_of("village_editor").setChecked(False)
    page.editor.roles.box_of("planner").setChecked(True)
    page.editor.villages.everywhere.setChecked(True)
    page.editor.primary.click()
    desk.settle()
    assert stored(desk)["村编乙"] == (("planner",), None)
    assert cells(page.list.table)[names(page).index("村编乙")][1] == "防灾规划员"


def test_township_ticks_its_villages_and_a_search_hides_the_rest(page: AccountsPage) -> None:
    fill(page, "张三", "town_editor")
    picker = page.editor.villages
    picker.ticks.search.setText("竹源")
    shown = [picker.ticks.tree.topLevelItem(i) for i in range(2)]
    town = next(item for item in shown if not item.isHidden())
    assert town.text(0).startswith("竹源乡")
    town.setCheckState(0, Qt.CheckState.Checked)
    assert picker.chosen == {"331124204202", "331124204203"}


def test_reset_voids_the_old_password(desk: Desk, page: AccountsPage) -> None:
    select(page, "查阅甲")
    press(page, "重设密码…")
    sheet = desk.sheet()
    assert isinstance(sheet, ResetSheet)
    sheet.password.field.setText("短")
    desk.confirm()
    assert "至少要" in sheet.error
    sheet.password.suggest()
    password = sheet.password.text
    desk.confirm()
    assert page.slip.secret.text() == password
    with pytest.raises(WrongPassword):
        open_project(desk.project, user="查阅甲", password=OWN)
    open_project(desk.project, user="查阅甲", password=password).close()


def test_disabled_account_opens_nothing_until_it_is_enabled_again(desk: Desk, page: AccountsPage) -> None:
    select(page, "查阅甲")
    press(page, "停用…")
    desk.confirm()
    assert cells(page.list.table)[names(page).index("查阅甲")][-1] == "已停用"
    with pytest.raises(ProjectUnavailable):
        open_project(desk.project, user="查阅甲", password=OWN)
    select(page, "查阅甲")
    assert page.list.offered == ["重新启用…"]
    press(page, "重新启用…")
    desk.confirm()
    open_project(desk.project, user="查阅甲", password=page.slip.secret.text()).close()


def test_last_security_administrator_cannot_give_that_up(desk: Desk, page: AccountsPage) -> None:
    select(page, USER)
    assert page.list.offered == ["改角色和村…"]
    press(page, "改角色和村…")
    page.editor.roles.box_of("security_admin").setChecked(False)
    page.editor.primary.click()
    desk.settle()
    assert "最后一个安全管理员" in page.editor.error


def test_separation_says_which_duty_nobody_has_and_asks_to_log_in_again(
    desk: Desk, page: AccountsPage
) -> None:
    page.list.separating.click()
    said = everything_said()
    assert "系统管理员（备份、恢复和检查）：还没有人" in said
    assert "审计员（看操作日志）：审计丙" in said
    assert [USER, "县级编辑、安全管理员", "安全管理员"] in cells(page.decision.table)
    assert not page.decision.primary.isEnabled()
    page.decision.understood.setChecked(True)
    page.decision.primary.click()
    desk.settle()
    assert desk.window.session is None
    assert isinstance(desk.sheet(), LoginSheet)
    assert stored(desk)[USER][0] == ("security_admin",)


def test_recovery_key_is_shown_once_and_works(desk: Desk, page: AccountsPage) -> None:
    page.list.recovering.click()
    desk.confirm()
    phrase = page.slip.secret.text()
    page.slip.done.click()
    assert phrase not in everything_said()
    assert "还没有恢复密钥" not in everything_said()
    recover_account(desk.project, phrase, USER, OWN)
    open_project(desk.project, user=USER, password=OWN).close()


def test_forgotten_password_is_set_anew_by_the_recovery_key_from_the_login_sheet(
    desk: Desk, page: AccountsPage
) -> None:
    page.list.recovering.click()
    desk.confirm()
    phrase = page.slip.secret.text().lower().replace("-", " ")
    desk.window.close_project()
    desk.window.ask_login(desk.project, USER)
    login = desk.sheet()
    assert isinstance(login, LoginSheet)
    login.forgotten.click()
    sheet = desk.sheet()
    assert isinstance(sheet, RecoverySheet)
    sheet.user.setCurrentText(USER)
    sheet.phrase.setText("AAAAA-AAAAA")
    sheet.password.setText(OWN)
    desk.confirm()
    assert "不一样" in sheet.error
    sheet.again.setText(OWN)
    desk.confirm()
    assert "恢复密钥不对" in sheet.error
    sheet.phrase.setText(phrase)
    desk.confirm()
    assert isinstance(desk.sheet(), LoginSheet)
    open_project(desk.project, user=USER, password=OWN).close()


def test_login_sheet_offers_no_recovery_where_there_is_no_key(desk: Desk) -> None:
    desk.window.ask_login(desk.project, USER)
    assert not any("恢复密钥" in b.text() for b in desk.sheet().findChildren(QPushButton))


def test_new_data_key_voids_copies_of_the_old_keyring(desk: Desk, page: AccountsPage, tmp_path: Path) -> None:
    copied = (desk.project / "keyring.json").read_bytes()
    page.list.rekeying.click()
    desk.confirm()
    assert desk.window.session is None
    assert isinstance(desk.sheet(), LoginSheet)
    assert "数据密钥已更换" in desk.window.notice
    (tmp_path / "old.json").write_bytes(copied)
    old = Keyring.load(tmp_path / "old.json").unlock(USER, PASSWORD)[0][1]
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        assert session.login.key != old
        assert session.counts()["village"] == 3
    assert desk.window.actions_["open"].isEnabled()


def test_rekey_that_is_refused_leaves_the_project_as_it_was(
    desk: Desk, page: AccountsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_session: object) -> bytes:
        raise ProjectUnavailable("项目正被另一个程序写入")

    monkeypatch.setattr("mingqing.desktop.duties.rekey", refused)
    page.list.rekeying.click()
    desk.confirm()
    assert desk.window.notice == "项目正被另一个程序写入"
    open_project(desk.project, user=USER, password=PASSWORD).close()


def test_other_role_definitions_are_shown_and_adopted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open()
    text = roles.own_text()
    monkeypatch.setattr(roles, "own_text", lambda: text + "\n# 新版\n")
    desk.go("accounts")
    page = desk.window.duties.accounts
    assert not page.list.adopting.isHidden()
    page.list.adopting.click()
    assert cells(page.decision.table) == [["全部角色", "", "权限都一样，只是说明文字不同"]]
    page.decision.understood.setChecked(True)
    page.decision.primary.click()
    desk.settle()
    assert isinstance(desk.sheet(), LoginSheet)
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        assert roles.is_own(session)


def test_read_only_project_shows_its_accounts_and_changes_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "_read_only_reason", lambda _folder: "它放在网络共享盘上")
    desk.open()
    desk.go("accounts")
    page = desk.window.duties.accounts
    assert "网络共享盘" in page.list.note.text()
    assert names(page)
    for each in (page.list.adding, page.list.separating, page.list.recovering, page.list.rekeying):
        assert not each.isEnabled()


def test_nothing_stays_when_another_project_is_opened_instead(
    qtbot: QtBot, desk: Desk, page: AccountsPage, tmp_path: Path
) -> None:
    before = desk.window.session
    project.create_project(tmp_path / "另一个", "另一个", user=USER, password=PASSWORD).close()
    desk.window.open_now(tmp_path / "另一个.mingqing", USER, PASSWORD)
    qtbot.waitUntil(lambda: desk.window.session is not before, timeout=15_000)
    desk.settle()
    assert cells(page.list.table) == []
    assert "村编乙" not in everything_said()


def test_nothing_of_a_closed_project_stays(desk: Desk, page: AccountsPage) -> None:
    assert "村编乙" in str(cells(page.list.table))
    desk.window.close_project()
    assert cells(page.list.table) == []
    assert "村编乙" not in everything_said()
