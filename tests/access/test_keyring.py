"""Key slots: what opens a project's data key, what does not, and what a stranger's file cannot make us do."""

import base64
import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import pwhash, secret, utils

from mingqing.access import keyring
from mingqing.access.keyring import KEY_BYTES, Keyring, KeySlot
from mingqing.core.errors import ProjectUnavailable, WrongPassword

KEY, OTHER_KEY = bytes(range(KEY_BYTES)), bytes(range(1, KEY_BYTES + 1))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.json"
    Keyring("p1").with_slot("甄一一", KeySlot.seal(KEY, "竹子 42")).save(path)
    return path


def opened(ring: Keyring, account: str, password: str) -> list[bytes]:
    """The data keys that a password opens."""
    return [key for _, key in ring.unlock(account, password)]


@given(st.text(min_size=1), st.text())
@settings(max_examples=20)
def test_each_account_opens_the_same_key_with_its_own_password(account: str, password: str) -> None:
    ring = Keyring("p1").with_slot(account, KeySlot.seal(KEY, password))
    ring = ring.with_slot(account + "二", KeySlot.seal(KEY, password + "!"))
    assert opened(ring, account, password) == opened(ring, account + "二", password + "!") == [KEY]
    for name, wrong in ((account, password + "!"), (account + "二", password), (account + "三", password)):
        with pytest.raises(WrongPassword, match="账号或密码不对"):
            ring.unlock(name, wrong)


def test_a_saved_keyring_is_read_back_and_holds_no_secret_in_the_clear(saved: Path) -> None:
    assert opened(Keyring.load(saved), "甄一一", "竹子 42") == [KEY]
    content = saved.read_bytes()
    for telling in (KEY, KEY.hex().encode(), base64.b64encode(KEY), "竹子".encode(), b"\\u7af9"):
        assert telling not in content


def test_a_new_password_opens_beside_the_old_one_until_the_old_slot_is_let_go(saved: Path) -> None:
    new = KeySlot.seal(KEY, "新密码")
    Keyring.load(saved).with_slot("甄一一", new).save(saved)
    both = Keyring.load(saved)
    assert opened(both, "甄一一", "新密码") == opened(both, "甄一一", "竹子 42") == [KEY]
    assert [slot.public for slot, _ in both.unlock("甄一一", "新密码")] == [new.public]
    kept = both.keeping({"甄一一": new.public})
    assert opened(kept, "甄一一", "新密码") == [KEY]
    with pytest.raises(WrongPassword):
        kept.unlock("甄一一", "竹子 42")


def test_a_password_that_opens_two_slots_gives_both(saved: Path) -> None:
    again = KeySlot.seal(OTHER_KEY, "竹子 42")
    assert opened(Keyring.load(saved).with_slot("甄一一", again), "甄一一", "竹子 42") == [OTHER_KEY, KEY]


def test_who_has_no_slot_that_counts_is_not_in_the_keyring(saved: Path) -> None:
    ring = Keyring.load(saved).with_slot("乙", KeySlot.seal(KEY, "乙的密码"))
    kept = ring.keeping({"乙": ring.slots["甄一一"][0].public, "丙": ring.slots["乙"][0].public})
    assert dict(kept.slots) == {}


def test_another_data_key_is_sealed_without_any_password(saved: Path) -> None:
    ring = Keyring.load(saved).with_slot("乙", KeySlot.seal(KEY, "乙的密码")).resealed(OTHER_KEY)
    ring.save(saved)
    for account, password in (("甄一一", "竹子 42"), ("乙", "乙的密码")):
        assert opened(Keyring.load(saved), account, password) == [OTHER_KEY]
        with pytest.raises(WrongPassword):
            ring.unlock(account, password + "!")


def test_a_slot_under_the_public_key_of_another_does_not_open(saved: Path) -> None:
    """Whoever holds the data key can seal it to a pair of his own, but not to one the database knows."""
    (theirs,) = Keyring.load(saved).slots["甄一一"]
    forged = replace(KeySlot.seal(KEY, "我的密码"), public=theirs.public)
    with pytest.raises(WrongPassword):
        Keyring("p1", {"甄一一": (forged,)}).unlock("甄一一", "我的密码")
    mixed = replace(theirs, private=KeySlot.seal(KEY, "我的密码").private)
    with pytest.raises(WrongPassword):
        Keyring("p1", {"甄一一": (mixed,)}).unlock("甄一一", "我的密码")


def first_version(saved: Path) -> Keyring:
    """A keyring as the first version wrote it: the data key itself behind the password, one slot an account."""
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    sealing = pwhash.argon2id.kdf(KEY_BYTES, "竹子 42".encode(), salt, opslimit=1, memlimit=8192)
    entry = {
        "kdf": "argon2id",
        "ops": 1,
        "memory": 8192,
        "salt": base64.b64encode(salt).decode(),
        "sealed": base64.b64encode(bytes(secret.SecretBox(sealing).encrypt(KEY))).decode(),
    }
    saved.write_text(json.dumps({"format": 1, "project": "p1", "slots": {"甄一一": entry}}), encoding="utf-8")
    return Keyring.load(saved)


def test_a_keyring_of_the_first_version_opens_and_is_known_by_having_no_public_key(saved: Path) -> None:
    ring = first_version(saved)
    ((slot, key),) = ring.unlock("甄一一", "竹子 42")
    assert (slot.public, key) == (b"", KEY)
    with pytest.raises(WrongPassword):
        ring.unlock("甄一一", "竹子 43")


def test_a_slot_of_the_first_version_is_kept_as_it_was_beside_a_new_one(saved: Path) -> None:
    first_version(saved).with_slot("甄一一", KeySlot.seal(KEY, "竹子 42")).save(saved)
    publics = [slot.public for slot, key in Keyring.load(saved).unlock("甄一一", "竹子 42") if key == KEY]
    assert [len(public) for public in publics] == [KEY_BYTES, 0]


def test_a_slot_of_the_first_version_cannot_take_another_data_key(saved: Path) -> None:
    with pytest.raises(WrongPassword):
        first_version(saved).resealed(OTHER_KEY).unlock("甄一一", "竹子 42")


def test_the_same_password_seals_differently_each_time() -> None:
    a, b = (KeySlot.seal(KEY, "同") for _ in range(2))
    assert len({a.salt, b.salt, a.public, b.public, a.private, b.private, a.sealed, b.sealed}) == 8


def _edit(path: Path, **changes: Any) -> None:
    content = json.loads(path.read_bytes())
    content["slots"]["甄一一"][0].update(changes)
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
        {"private": "***"},
        {"public": "AAAA"},
        {"public": ""},
        {"public": None},
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
        b'{"project": "p", "slots": {"a": [1]}}',
        b'{"project": "p", "slots": {"a": "b"}}',
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


@pytest.mark.parametrize("part", ["sealed", "private", "public", "salt"])
@pytest.mark.parametrize("place", [0, 10, -1])
def test_an_altered_slot_does_not_open(saved: Path, part: str, place: int) -> None:
    raw = bytearray(base64.b64decode(json.loads(saved.read_bytes())["slots"]["甄一一"][0][part]))
    raw[place] ^= 1
    _edit(saved, **{part: base64.b64encode(raw).decode()})
    with pytest.raises(ProjectUnavailable, match="账号或密码不对"):
        Keyring.load(saved).unlock("甄一一", "竹子 42")


@pytest.mark.parametrize("part", ["sealed", "private"])
@pytest.mark.parametrize("content", ["", "AAAA"])
def test_a_seal_cut_short_does_not_open(saved: Path, part: str, content: str) -> None:
    _edit(saved, **{part: content})
    with pytest.raises(ProjectUnavailable):
        Keyring.load(saved).unlock("甄一一", "竹子 42")


def test_trying_a_password_costs_an_attacker_memory_and_time() -> None:
    untouched = runpy.run_path(keyring.__file__)  # tests have passwords that are cheap to check
    slot = untouched["KeySlot"].seal(KEY, "同")
    assert slot.memory >= 64 << 20
    assert slot.ops >= 2
