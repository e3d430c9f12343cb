"""The session's cookie, good also when the machine's clock has been set back behind the moment it was signed."""

from datetime import timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from tracker.clock import real_now

# What a clock is set back by, or wrong by; what is signed further ahead is from a clock that was wrong altogether.
SKEW = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)


def is_within(age: timedelta, limit: timedelta) -> bool:
    """Whether something of that age still counts: younger than nothing it may be by the skew of a clock."""
    return -SKEW <= age <= limit


class _Signer(TimestampSigner):
    # One for both of its overloads.
    def unsign(  # type: ignore[override]
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> object:
        value, signed_at = super().unsign(signed_value, return_timestamp=True)
        if max_age is not None and not is_within(real_now() - signed_at, max_age * _A_SECOND):
            message = "signed too long ago, or far ahead"
            raise SignatureExpired(message, payload=value, date_signed=signed_at)
        return (value, signed_at) if return_timestamp else value


class SessionCookies(SecureCookieSessionInterface):
    """Flask's own with that signer."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What reads and writes the cookie."""
        serializer = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = _Signer
        return serializer
