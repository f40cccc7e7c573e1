"""Secrets at rest: tokens are encrypted before they reach a row, and keys can be changed.

Fernet, of `cryptography`: AES-128-CBC with HMAC-SHA256. The first key encrypts, every key decrypts.
To change keys, put a new one before the old, re-encrypt what is kept, then take the old one away.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(ValueError):
    """A key is no key, or what is kept was encrypted with none of them; never says which secret."""


def new_key() -> str:
    """Return a new key: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


class Vault:
    """Encrypts and decrypts; `keys` as `new_key` makes them, the newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise VaultError("there is no key to keep secrets with")
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])
        except ValueError:
            raise VaultError("a key is not 32 bytes in URL-safe base64") from None

    def encrypt(self, secret: str) -> bytes:
        """Return a secret as it may be kept."""
        return self._fernet.encrypt(secret.encode())

    def decrypt(self, kept: bytes) -> str:
        """Return a secret that was kept. Raises VaultError."""
        try:
            return self._fernet.decrypt(kept).decode()
        except InvalidToken:
            raise VaultError("a secret was kept with another key") from None

    def opens(self, kept: bytes) -> bool:
        """Say whether a secret was kept with one of these keys."""
        try:
            self.decrypt(kept)
        except VaultError:
            return False
        return True

    def rotate(self, kept: bytes) -> bytes:
        """Return a kept secret encrypted with the first key. Raises VaultError."""
        try:
            return self._fernet.rotate(kept)
        except InvalidToken:
            raise VaultError("a secret was kept with another key") from None
