"""Answers compressed for who takes them so."""

import gzip

from flask import Response, request

QUICK = 5  # of gzip's levels: nine tenths of what the best saves, in half of the time


def takes_gzip() -> bool:
    """Whether who asks can read what is compressed."""
    return request.accept_encodings.quality("gzip") > 0


def compressed(response: Response) -> Response:
    """The answer, compressed for who takes it so. It must hold no token: beside words that somebody else chooses, the
    length would give the token away (BREACH).
    """
    response.vary.add("Accept-Encoding")
    if takes_gzip() and not response.content_encoding:
        response.set_data(gzip.compress(response.get_data(), QUICK, mtime=0))
        response.content_encoding = "gzip"
    return response
