"""A keyring of the program's first version, which knew no pairs of keys, on its way to this one's."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from nacl import pwhash, secret

from mingqing.access.keyring import KEY_BYTES, Keyring, KeySlot

KEY, OLD, NEW = bytes(range(KEY_BYTES)), "竹子 42", "Zhu7ying-lin4"


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    salt = bytes(pwhash.argon2id.SALTBYTES)
    derived = pwhash.argon2id.kdf(KEY_BYTES, OLD.encode(), salt, opslimit=1, memlimit=8192)
    sealed = bytes(secret.SecretBox(derived).encrypt(KEY))
    slot = {"kdf": "argon2id", "ops": 1, "memory": 8192}
    slot |= {"salt": b64encode(salt).decode(), "sealed": b64encode(sealed).decode()}
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps({"format": 1, "project": "p", "slots": {"甄一一": slot}}), encoding="utf-8")
    return path


def test_it_opens(first_version: Path) -> None:
    ((slot, key),) = Keyring.load(first_version).unlock("甄一一", OLD)
    assert (slot.public, key) == (b"", KEY)


def test_it_opens_beside_a_new_slot_and_after_being_saved_twice(first_version: Path) -> None:
    ring = Keyring.load(first_version).with_slot("甄一一", KeySlot.seal(KEY, NEW))
    for _ in range(2):
        ring.save(first_version)
        ring = Keyring.load(first_version)
        assert [key for _, key in ring.unlock("甄一一", OLD)] == [KEY]
        assert [key for _, key in ring.unlock("甄一一", NEW)] == [KEY]
