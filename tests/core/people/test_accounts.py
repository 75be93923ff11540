"""Accounts, passwords, sessions and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import extract_parameters
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.errors import Conflict, InvalidInput, NotSignedIn
from core.base.kinds import Role
from core.people import accounts, passwords, sessions, tokens
from core.storage.database import Database
from core.storage.tables import ApiToken, LoginSession, User
from tests.conftest import NOW

PASSWORD = "a quiet desk and warm paper"
HASH = passwords.hash_password(PASSWORD)


def test_a_fresh_database_has_no_account(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="12 to 256"):
        passwords.hash_password(password)


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaa", "121212121212", "Password1234", "123456789012"]
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="guess"):
        passwords.hash_password(password)


def test_passwords_are_hashed_by_argon2id_at_more_than_owasps_least() -> None:
    found = extract_parameters(HASH)

    assert HASH.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost) == (64 * 1024, 3)
    assert found.memory_cost >= 19 * 1024
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert passwords.hash_password(PASSWORD) != HASH


def test_the_set_up_link_works_once(database: Database) -> None:
    with database.write() as session:
        secret = accounts.make_setup_token(session, now=NOW)
        accounts.create_first_admin(session, secret, "ada@example.org", HASH, now=NOW)

        with pytest.raises(Conflict):
            accounts.create_first_admin(session, secret, "eve@example.org", HASH, now=NOW)


def test_an_older_set_up_link_is_invalid(database: Database) -> None:
    with database.write() as session:
        old = accounts.make_setup_token(session, now=NOW)
        accounts.make_setup_token(session, now=NOW)

        with pytest.raises(NotSignedIn):
            accounts.create_first_admin(session, old, "eve@example.org", HASH, now=NOW)


def test_a_guessed_set_up_link_is_refused(database: Database) -> None:
    with database.write() as session:
        accounts.make_setup_token(session, now=NOW)

        with pytest.raises(NotSignedIn):
            accounts.create_first_admin(session, "guess", "eve@example.org", HASH, now=NOW)


def _ada(session: Session) -> User:
    return accounts.create_user(session, "Ada@Example.org", HASH, Role.ADMIN, by="command", now=NOW)


def test_the_right_password_signs_in_however_the_address_is_written(database: Database) -> None:
    with database.write() as session:
        ada = _ada(session)

        assert accounts.check_password(session, " ada@EXAMPLE.org ", PASSWORD) == ada.id


def test_a_wrong_password_and_a_wrong_address_give_the_same_message(database: Database) -> None:
    with database.write() as session:
        _ada(session)
        with pytest.raises(NotSignedIn) as wrong_password:
            accounts.check_password(session, "ada@example.org", "something else")
        with pytest.raises(NotSignedIn) as wrong_address:
            accounts.check_password(session, "bob@example.org", PASSWORD)

    assert str(wrong_password.value) == str(wrong_address.value)


def test_signing_out_ends_the_session_on_the_server(database: Database) -> None:
    with database.write() as session:
        secret = sessions.start_session(session, _ada(session).id, now=NOW)
        session.flush()
        before = sessions.session_user(session, secret, now=NOW)
        sessions.end_session(session, secret, now=NOW)

        assert before is not None
        assert sessions.session_user(session, secret, now=NOW) is None


def test_a_session_expires(database: Database) -> None:
    with database.write() as session:
        secret = sessions.start_session(session, _ada(session).id, now=NOW)
        session.flush()

        late = NOW + sessions.SESSION_LASTS + timedelta(seconds=1)
        assert sessions.session_user(session, secret, now=late) is None


def test_a_new_password_ends_all_sessions(database: Database) -> None:
    with database.write() as session:
        secret = sessions.start_session(session, _ada(session).id, now=NOW)
        session.flush()
        accounts.set_password(session, "ada@example.org", HASH, by="command", now=NOW)

        assert sessions.session_user(session, secret, now=NOW) is None


def test_secrets_of_sessions_and_tokens_are_not_stored(database: Database) -> None:
    with database.write() as session:
        ada = _ada(session)
        secret = sessions.start_session(session, ada.id, now=NOW)
        token = tokens.make_token(session, ada.id, "nightly", Role.REVIEWER, now=NOW)
        session.flush()
        kept = [
            *session.scalars(select(LoginSession.token_hash)),
            *session.scalars(select(ApiToken.token_hash)),
        ]

    assert secret not in kept
    assert token not in kept


def test_a_token_is_found_only_by_its_secret(database: Database) -> None:
    with database.write() as session:
        token = tokens.make_token(session, _ada(session).id, "nightly", Role.REVIEWER, now=NOW)
        session.flush()
        found = tokens.find_token(session, token)

        assert found is not None
        assert found.role == "reviewer"
        assert tokens.find_token(session, token + "x") is None


def test_an_unknown_account_takes_as_much_work_as_a_known_one() -> None:
    assert not passwords.HASHER.check_needs_rehash(passwords.DUMMY_HASH)
