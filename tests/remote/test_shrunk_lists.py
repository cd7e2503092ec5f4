"""A list of users or types that lacks most of those that were known is not believed (W2)."""

import pytest

from reconciler.errors import RemoteError
from reconciler.remote.proven import refuse_shrunk


@pytest.mark.parametrize(("known", "listed"), [("", ""), ("1", "1"), ("12", "2"), ("1234", "34"), ("12", "123")])
def test_half_of_the_known_users_may_be_gone(known: str, listed: str) -> None:
    refuse_shrunk("Halo", "users", frozenset(known), frozenset(listed))


@pytest.mark.parametrize(("known", "listed"), [("1", ""), ("12", "3"), ("123", "1"), ("1234", "4567")])
def test_more_than_half_is_a_right_that_ended(known: str, listed: str) -> None:
    with pytest.raises(RemoteError, match="Check the account's rights to see users"):
        refuse_shrunk("Halo", "users", frozenset(known), frozenset(listed))
