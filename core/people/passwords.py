"""Password rules and hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from core.base.errors import InvalidInput

MIN_PASSWORD_LENGTH = 12  # characters; ASVS 5.0 asks for 8 at least and advises 15
MAX_PASSWORD_LENGTH = 256  # characters; bounds the work of hashing
MIN_LETTERS = 5  # different ones, against "aaaaaaaaaaaa" and "121212121212"
# The most frequent leaked passwords among those that are long enough.
KNOWN_PASSWORDS = frozenset(
    """
    123456789012 1234567890123 123456789abc 1234567890qwe 0123456789ab 1q2w3e4r5t6y q1w2e3r4t5y6
    1qaz2wsx3edc qwertyuiop12 qwerty123456 qwerty1234567 qwertyuiop123 asdfghjkl123 abcdefghijkl
    abcdefgh1234 abcd12345678 password1234 password12345 password123456 passwordpassword
    administrator admin1234567 changeme1234 letmein12345 welcome12345 iloveyou1234 iloveyou12345
    superman1234 football1234 inkloopinkloop correcthorsebatterystaple
    """.split()
)
# 64 MiB and three passes take about 0.1 s. OWASP's minimum for argon2id: 19 MiB, two passes.
HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
# Verified when the account is unknown, so that both answers take equally long. The hash of a random
# password with the costs of HASHER; a literal, since hashing takes 0.1 s at import.
DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=1$aXlrYPhVJyC0uoZEgdOSpQ$"
    "/6nMtHHNa38DF4uuoghWsvE91a1DajuIGGihwZ39NzM"
)


def hash_password(password: str) -> str:
    """Hash a password by argon2id. Raises: InvalidInput, if it is too short, too long or common."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInput(
            f"a password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters: "
            "a few words in a row do well"
        )
    if password.lower() in KNOWN_PASSWORDS or len(set(password)) < MIN_LETTERS:
        raise InvalidInput("this password is easy to guess: take a few words in a row")
    return HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password has this hash. Takes about 0.1 s."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
