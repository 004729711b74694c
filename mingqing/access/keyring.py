"""Key slots: each account's own way to the project's one data key.

A slot holds a pair of keys, the private one sealed by the account's password, and the data key sealed to the public
one. So a password is changed, and even the data key of the whole project, without knowing anybody else's password,
and the database is not rewritten for an account. The file holds no secret in the clear and may be read by anyone who
has the folder; what it leaks is the names of the accounts.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from nacl import pwhash, secret, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from mingqing.core.errors import ProjectDamaged, WrongPassword
from mingqing.core.files import write_whole
from mingqing.core.text import tr

KEY_BYTES = 32
_FORMAT = 2
# libsodium's `interactive` cost: 64 MiB, two passes; the file says which was used, so that it can be raised.
_OPS = pwhash.argon2id.OPSLIMIT_INTERACTIVE
_MEMORY = pwhash.argon2id.MEMLIMIT_INTERACTIVE
# Bounds on what a file from a stranger may ask of this machine: 1 GiB and 20 passes.
_MAX_OPS, _MAX_MEMORY = 20, 1 << 30
_LARGEST_FILE, _MOST_SLOTS = 4 << 20, 4  # every slot of an account is tried, at that cost


@dataclass(frozen=True, slots=True)
class KeySlot:
    """A pair of keys (X25519) behind a password (Argon2id, XSalsa20-Poly1305), and the data key sealed to it.

    public : 32 bytes, by which the project knows the slot; empty in a slot of format 1, which seals the data key
        itself by the password.
    """

    public: bytes
    salt: bytes
    ops: int
    memory: int
    private: bytes
    sealed: bytes

    @classmethod
    def seal(cls, key: bytes, password: str) -> Self:
        """Return a slot with a new pair of keys, from which `password` gives `key` back."""
        pair, salt = PrivateKey.generate(), utils.random(pwhash.argon2id.SALTBYTES)
        box = secret.SecretBox(_derive(password, salt, _OPS, _MEMORY))
        public = bytes(pair.public_key)
        return cls(public, salt, _OPS, _MEMORY, bytes(box.encrypt(bytes(pair))), _seal_to(public, key))

    def resealed(self, key: bytes) -> "KeySlot":
        """Return the slot for another data key, opened by the same password, which need not be known."""
        return replace(self, sealed=_seal_to(self.public, key))

    def open(self, password: str) -> bytes:
        """Return the data key.

        Raises
        ------
        CryptoError
            if the password is not the one the slot was sealed with, or the slot was altered.
        """
        kept = secret.SecretBox(_derive(password, self.salt, self.ops, self.memory)).decrypt(self.private)
        if not self.public:
            return kept
        pair = PrivateKey(kept)
        if bytes(pair.public_key) != self.public:
            # Else anyone with the data key could put a slot of his own under another account's public key.
            raise CryptoError
        return SealedBox(pair).decrypt(self.sealed)


def _derive(password: str, salt: bytes, ops: int, memory: int) -> bytes:
    return pwhash.argon2id.kdf(KEY_BYTES, password.encode(), salt, opslimit=ops, memlimit=memory)


def _seal_to(public: bytes, key: bytes) -> bytes:
    return SealedBox(PublicKey(public)).encrypt(key)


@dataclass(frozen=True)
class Keyring:
    """The slots of a project, by account. `project` ties the file to one database.

    An account has two slots only while its password is being changed: the database says which of them counts.
    """

    project: str
    slots: Mapping[str, tuple[KeySlot, ...]] = field(default_factory=dict)

    def with_slot(self, account: str, slot: KeySlot) -> "Keyring":
        """Return a keyring in which `slot` opens for `account`, besides what did before."""
        return Keyring(self.project, {**self.slots, account: (slot, *self.slots.get(account, ()))})

    def keeping(self, publics: Mapping[str, bytes]) -> "Keyring":
        """Return a keyring with the slots of these public keys, by account, and no other."""
        kept = {
            name: tuple(s for s in slots if s.public == publics[name])
            for name, slots in self.slots.items()
            if name in publics
        }
        return Keyring(self.project, {name: slots for name, slots in kept.items() if slots})

    def resealed(self, key: bytes) -> "Keyring":
        """Return a keyring whose slots all open another data key; slots of format 1, which cannot, are left out."""
        return Keyring(
            self.project,
            {name: tuple(s.resealed(key) for s in slots if s.public) for name, slots in self.slots.items()},
        )

    def unlock(self, account: str, password: str) -> list[tuple[KeySlot, bytes]]:
        """Return the slots of an account that the password opens, with the data key of each: hardly ever two.

        Raises
        ------
        WrongPassword
            if there is no such account or the password opens nothing; the two are not told apart.
        """
        opened = []
        for slot in self.slots.get(account, ()):
            with suppress(CryptoError):
                opened.append((slot, slot.open(password)))
        if not opened:
            raise WrongPassword(tr("账号或密码不对，请核对大小写后再试"))
        return opened

    def save(self, path: Path) -> None:
        """Write the keyring so that a crash leaves the old file or the new one."""
        slots = {name: [_slot_entry(slot) for slot in slots] for name, slots in self.slots.items()}
        content = {"format": _FORMAT, "project": self.project, "slots": slots}
        write_whole(path, json.dumps(content, ensure_ascii=False, indent=1).encode(), private=True)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a keyring written by `save`, or by the program's first version.

        Raises
        ------
        ProjectDamaged
            if the file is missing, damaged, or asks for more work than any keyring of ours would.
        """
        damaged = ProjectDamaged(
            tr("密钥文件 {file} 缺失或损坏，请从备份中找回同名文件再打开").format(file=path.name)
        )
        try:
            with path.open("rb") as stream:
                content = json.loads(stream.read(_LARGEST_FILE))
            slots = {
                str(name): tuple(map(_read_slot, [entry] if isinstance(entry, dict) else entry))
                for name, entry in content["slots"].items()
            }
            project = content["project"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged from error
        if not isinstance(project, str) or any(len(own) > _MOST_SLOTS for own in slots.values()):
            raise damaged
        return cls(project, slots)


def _slot_entry(slot: KeySlot) -> dict[str, object]:
    cost = {"kdf": "argon2id", "ops": slot.ops, "memory": slot.memory, "salt": _text(slot.salt)}
    if not slot.public:
        return cost | {"sealed": _text(slot.private)}  # as format 1 has it
    keys = {"public": slot.public, "private": slot.private, "sealed": slot.sealed}
    return cost | {name: _text(raw) for name, raw in keys.items()}


def _read_slot(entry: Mapping[str, object]) -> KeySlot:
    ops, memory = int(str(entry["ops"])), int(str(entry["memory"]))
    if entry["kdf"] != "argon2id" or not 1 <= ops <= _MAX_OPS or not 8192 <= memory <= _MAX_MEMORY:
        raise ValueError(entry["kdf"])
    salt, sealed = _bytes(entry["salt"]), _bytes(entry["sealed"])
    if len(salt) != pwhash.argon2id.SALTBYTES:
        raise ValueError(len(salt))
    if "public" not in entry:
        return KeySlot(b"", salt, ops, memory, sealed, b"")
    public = _bytes(entry["public"])
    if len(public) != KEY_BYTES:
        raise ValueError(len(public))
    return KeySlot(public, salt, ops, memory, _bytes(entry["private"]), sealed)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
