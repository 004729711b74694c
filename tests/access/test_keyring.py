"""Key slots: what opens a project's data key, what does not, and what a stranger's file cannot make us do."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.access import keyring
from mingqing.access.keyring import KEY_BYTES, Keyring
from mingqing.core.errors import ProjectUnavailable

KEY = bytes(range(KEY_BYTES))


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "_OPS", 1)
    monkeypatch.setattr(keyring, "_MEMORY", 8192)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.json"
    Keyring("p1").with_slot("甄一一", KEY, "竹子 42").save(path)
    return path


@given(st.text(min_size=1), st.text())
@settings(max_examples=20)
def test_each_account_opens_the_same_key_with_its_own_password(account: str, password: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring, "_OPS", 1)
        patch.setattr(keyring, "_MEMORY", 8192)
        ring = Keyring("p1").with_slot(account, KEY, password).with_slot(account + "二", KEY, password + "!")
    assert ring.unlock(account, password) == ring.unlock(account + "二", password + "!") == KEY
    for name, wrong in ((account, password + "!"), (account + "二", password), ("无", password)):
        with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
            ring.unlock(name, wrong)


def test_a_saved_keyring_is_read_back_and_holds_no_secret_in_the_clear(saved: Path) -> None:
    assert Keyring.load(saved).unlock("甄一一", "竹子 42") == KEY
    content = saved.read_bytes()
    for secret in (KEY, KEY.hex().encode(), base64.b64encode(KEY), "竹子".encode(), b"\\u7af9"):
        assert secret not in content


def test_a_new_password_replaces_the_old_one_and_leaves_the_key(saved: Path) -> None:
    Keyring.load(saved).with_slot("甄一一", KEY, "新密码").save(saved)
    assert Keyring.load(saved).unlock("甄一一", "新密码") == KEY
    with pytest.raises(ProjectUnavailable):
        Keyring.load(saved).unlock("甄一一", "竹子 42")


def test_the_same_password_seals_differently_each_time() -> None:
    a, b = (Keyring("p").with_slot("甲", KEY, "同").slots["甲"] for _ in range(2))
    assert a.salt != b.salt
    assert a.sealed != b.sealed


def _edit(path: Path, **changes: Any) -> None:
    content = json.loads(path.read_bytes())
    content["slots"]["甄一一"].update(changes)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"ops": 10_000},
        {"ops": 0},
        {"memory": 1 << 40},
        {"memory": 1},
        {"kdf": "md5"},
        {"salt": "AAAA"},
        {"salt": "不是base64"},
        {"sealed": "***"},
        {"ops": "x"},
        {"ops": None},
    ],
    ids=str,
)
def test_a_slot_that_no_program_of_ours_wrote_is_refused_unopened(
    saved: Path, changes: dict[str, Any]
) -> None:
    _edit(saved, **changes)
    with pytest.raises(ProjectUnavailable, match=r"keyring\.json"):
        Keyring.load(saved)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"project": 1, "slots": {}}',
        b'{"project": "p", "slots": []}',
        b'{"project": "p", "slots": {"a": 1}}',
        b"[" * 100_000,
    ],
    ids=lambda c: repr(c[:20]),
)
def test_a_damaged_keyring_is_one_sentence(saved: Path, content: bytes) -> None:
    saved.write_bytes(content)
    with pytest.raises(ProjectUnavailable, match="缺失或损坏"):
        Keyring.load(saved)


def test_a_missing_keyring_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectUnavailable, match="缺失或损坏"):
        Keyring.load(tmp_path / "keyring.json")


@pytest.mark.parametrize("place", [0, 30, -1])
def test_an_altered_seal_does_not_open(saved: Path, place: int) -> None:
    sealed = bytearray(base64.b64decode(json.loads(saved.read_bytes())["slots"]["甄一一"]["sealed"]))
    sealed[place] ^= 1
    _edit(saved, sealed=base64.b64encode(sealed).decode())
    with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
        Keyring.load(saved).unlock("甄一一", "竹子 42")


@pytest.mark.parametrize("sealed", ["", "AAAA"])
def test_a_seal_cut_short_does_not_open(saved: Path, sealed: str) -> None:
    _edit(saved, sealed=sealed)
    with pytest.raises(ProjectUnavailable):
        Keyring.load(saved).unlock("甄一一", "竹子 42")


def test_trying_a_password_costs_an_attacker_memory_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    slot = Keyring("p").with_slot("甲", KEY, "同").slots["甲"]
    assert slot.memory >= 64 << 20
    assert slot.ops >= 2
