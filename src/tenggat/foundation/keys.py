"""Keys, fingerprints and ciphertext (design section 8).

The keys lie outside the database and outside its backup: in the home (`secrets/keys.json`, mode 0600) or in
the environment (`TENGGAT_KEYS`, the same JSON). The NIK space is small: secret plus database would give NIKs.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenggat.foundation.refusals import Refusal

NONCE = 12
_MOST_CIPHERS = 255  # the version is one byte
_UUID_MASK = ~((0xF000 << 64) | (0xC000 << 48))
_UUID_V8 = (0x8000 << 64) | (0x8000 << 48)


class KeysUnusable(Refusal):
    """The key file or variable cannot be used."""

    code = "keys_unusable"


def uuid8(digest: bytes) -> UUID:
    """The first 16 bytes of a digest as a UUID of version 8 (RFC 9562): 122 bits stay."""
    return UUID(int=int.from_bytes(digest[:16]) & _UUID_MASK | _UUID_V8)


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret that fingerprints, and the versioned keys that encrypt.

    secret: 32 bytes, never changed (every person_id comes from it).
    ciphers: version (1-255) to a 32-byte AES key; `current` encrypts, the others still decrypt.
    """

    secret: bytes
    ciphers: Mapping[int, bytes]
    current: int
    _aead: dict[int, AESGCM] = field(default_factory=dict, compare=False, repr=False)

    def fingerprint(self, kind: str, number: str) -> UUID:
        """HMAC-SHA256 of a normalised number under the secret, as a UUID; `kind` keeps NIK, KK and card apart."""
        return uuid8(hmac.digest(self.secret, f"{kind}:{number}".encode(), "sha256"))

    def encrypt(self, plain: bytes, *, owner: bytes) -> bytes:
        """AES-256-GCM: version (1 byte), nonce (12), ciphertext and tag (16). `owner` must be given to decrypt."""
        nonce = os.urandom(NONCE)
        return bytes((self.current,)) + nonce + self._cipher(self.current).encrypt(nonce, plain, owner)

    def decrypt(self, sealed: bytes, *, owner: bytes) -> bytes:
        """The plain bytes. Raises KeysUnusable when the key is missing or the bytes are not the owner's."""
        version, nonce, body = sealed[0], sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher(version).decrypt(nonce, body, owner)
        except (KeyError, InvalidTag):
            raise KeysUnusable(
                "A record cannot be decrypted with the keys of this home; bring back the secrets it was made with."
            ) from None

    def lots(self) -> bytes:
        """32 bytes to draw lots with: who gets which variant of a message cannot be foreseen, and not be chosen."""
        return hmac.digest(self.secret, b"tenggat lots", "sha256")

    def check(self) -> str:
        """A digest by which a database recognises its keys, and which tells nothing of them."""
        return hmac.digest(self.secret, b"tenggat key check", "sha256").hex()

    def _cipher(self, version: int) -> AESGCM:
        if version not in self._aead:
            self._aead[version] = AESGCM(self.ciphers[version])
        return self._aead[version]

    def rotated(self) -> "Keys":
        """The same secret with one more cipher key, which is the current one from now on. Raises KeysUnusable."""
        version = max(self.ciphers) + 1
        if version > _MOST_CIPHERS:
            raise KeysUnusable(f"The key file has {_MOST_CIPHERS} ciphers: take out those that no backup needs.")
        return Keys(self.secret, {**self.ciphers, version: secrets.token_bytes(32)}, version)

    def dumps(self) -> str:
        """The JSON that `loads` reads."""
        return json.dumps(
            {
                "secret": self.secret.hex(),
                "ciphers": {str(version): key.hex() for version, key in self.ciphers.items()},
                "current": self.current,
            }
        )


def generate() -> Keys:
    """New random keys for a new home."""
    return Keys(secrets.token_bytes(32), {1: secrets.token_bytes(32)}, 1)


def derive(seed: int) -> Keys:
    """Reproducible keys from a seed, for a replay's invented people only."""
    secret = hashlib.sha256(f"tenggat replay secret {seed}".encode()).digest()
    return Keys(secret, {1: hashlib.sha256(f"tenggat replay cipher {seed}".encode()).digest()}, 1)


def loads(text: str) -> Keys:
    """Read the JSON form. Raises KeysUnusable; the message shows no part of the text."""
    try:
        raw = json.loads(text)
        keys = Keys(
            bytes.fromhex(raw["secret"]),
            {int(version): bytes.fromhex(key) for version, key in raw["ciphers"].items()},
            int(raw["current"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysUnusable("The keys are not readable; restore secrets/keys.json or TENGGAT_KEYS.") from None
    lengths = {len(keys.secret), *map(len, keys.ciphers.values())}
    if lengths != {32} or keys.current not in keys.ciphers or not all(0 < v < 256 for v in keys.ciphers):
        raise KeysUnusable("The keys are incomplete; restore secrets/keys.json or TENGGAT_KEYS.")
    return keys


def read(path: Path) -> Keys:
    """The keys from the environment, else from the home's file."""
    if text := os.environ.get("TENGGAT_KEYS"):
        return loads(text)
    try:
        return loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise KeysUnusable(f"The key file {path} cannot be read; restore it from its backup.") from None


def write(path: Path, keys: Keys) -> None:
    """Write the key file, readable by its owner only, in one step: a crash leaves the old file or the new."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(keys.dumps())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
