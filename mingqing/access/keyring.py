"""Key slots: the project's one data key, wrapped once for each account by that account's own password.

Changing a password rewraps 32 bytes; the database is never rewritten. The file holds no secret in the clear
and may be read by anyone who has the folder; what it leaks is the names of the accounts.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from nacl import pwhash, secret, utils
from nacl.exceptions import CryptoError

from mingqing.core.errors import ProjectDamaged, ProjectUnavailable
from mingqing.core.files import write_whole
from mingqing.core.text import tr

KEY_BYTES = 32
_FORMAT = 1
# libsodium's `interactive` cost: 64 MiB, two passes; the file says which was used, so that it can be raised.
_OPS = pwhash.argon2id.OPSLIMIT_INTERACTIVE
_MEMORY = pwhash.argon2id.MEMLIMIT_INTERACTIVE
# Bounds on what a file from a stranger may ask of this machine: 1 GiB and 20 passes.
_MAX_OPS, _MAX_MEMORY = 20, 1 << 30


@dataclass(frozen=True, slots=True)
class KeySlot:
    """The data key, sealed with a key derived from one password (Argon2id, then XSalsa20-Poly1305)."""

    salt: bytes
    ops: int
    memory: int
    sealed: bytes

    @classmethod
    def seal(cls, key: bytes, password: str) -> Self:
        """Return a slot from which `password` gives `key` back."""
        salt = utils.random(pwhash.argon2id.SALTBYTES)
        box = secret.SecretBox(_derive(password, salt, _OPS, _MEMORY))
        return cls(salt, _OPS, _MEMORY, bytes(box.encrypt(key)))

    def open(self, password: str) -> bytes:
        """Return the data key.

        Raises
        ------
        CryptoError
            if the password is not the one the slot was sealed with, or the slot was altered.
        """
        return secret.SecretBox(_derive(password, self.salt, self.ops, self.memory)).decrypt(self.sealed)


def _derive(password: str, salt: bytes, ops: int, memory: int) -> bytes:
    return pwhash.argon2id.kdf(KEY_BYTES, password.encode(), salt, opslimit=ops, memlimit=memory)


@dataclass(frozen=True)
class Keyring:
    """The slots of a project, by account. `project` ties the file to one database."""

    project: str
    slots: Mapping[str, KeySlot] = field(default_factory=dict)

    def with_slot(self, account: str, key: bytes, password: str) -> "Keyring":
        """Return a keyring in which `account` opens `key` with `password`."""
        return Keyring(self.project, {**self.slots, account: KeySlot.seal(key, password)})

    def unlock(self, account: str, password: str) -> bytes:
        """Return the data key for an account and its password.

        Raises
        ------
        ProjectUnavailable
            if there is no such account or the password is wrong; the two are not told apart.
        """
        try:
            return self.slots[account].open(password)
        except (KeyError, CryptoError) as error:
            raise ProjectUnavailable(tr("账号或密码不对，请核对大小写后再试")) from error

    def save(self, path: Path) -> None:
        """Write the keyring so that a crash leaves the old file or the new one."""
        slots = {
            name: {
                "kdf": "argon2id",
                "ops": s.ops,
                "memory": s.memory,
                "salt": _text(s.salt),
                "sealed": _text(s.sealed),
            }
            for name, s in self.slots.items()
        }
        content = {"format": _FORMAT, "project": self.project, "slots": slots}
        write_whole(path, json.dumps(content, ensure_ascii=False, indent=1).encode(), private=True)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a keyring written by `save`.

        Raises
        ------
        ProjectDamaged
            if the file is missing, damaged, or asks for more work than any keyring of ours would.
        """
        damaged = ProjectDamaged(
            tr("密钥文件 {file} 缺失或损坏，请从备份中找回同名文件再打开").format(file=path.name)
        )
        try:
            content = json.loads(path.read_bytes())
            slots = {name: _read_slot(entry) for name, entry in content["slots"].items()}
            project = content["project"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged from error
        if not isinstance(project, str):
            raise damaged
        return cls(project, slots)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _read_slot(entry: Mapping[str, object]) -> KeySlot:
    ops, memory = int(str(entry["ops"])), int(str(entry["memory"]))
    if entry["kdf"] != "argon2id" or not 1 <= ops <= _MAX_OPS or not 8192 <= memory <= _MAX_MEMORY:
        raise ValueError(entry["kdf"])
    salt = base64.b64decode(str(entry["salt"]), validate=True)
    if len(salt) != pwhash.argon2id.SALTBYTES:
        raise ValueError(len(salt))
    return KeySlot(salt, ops, memory, base64.b64decode(str(entry["sealed"]), validate=True))
