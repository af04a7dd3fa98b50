"""How bytes are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from crawlers.charset import find_encoding

CHINESE = "<html><body><p>出售一批二手轮胎，联系本版版主，价格面议，欢迎来电咨询详细情况。</p></body></html>"
TAIWAN = "<html><body><p>出售一批二手輪胎，聯絡本版版主，價格面議，歡迎來電洽詢詳細情況。</p></body></html>"
FRENCH = "<html><body><p>Voilà une très belle voiture, déjà vendue à Orléans, été 2019, réparée.</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "content_type", "meta"),
    [
        (CHINESE, "gbk", "text/html; charset=gbk", ""),
        (CHINESE, "gbk", "text/html; charset=gb2312", ""),
        (CHINESE, "gbk", "text/html; charset=utf-8", ""),
        (CHINESE, "gbk", "text/html", '<meta charset="gbk">'),
        (
            CHINESE,
            "gbk",
            "text/html; charset=ISO-8859-1",
            '<meta http-equiv="content-type" content="text/html; charset=gbk">',
        ),
        (CHINESE, "gbk", "text/html; charset=ISO-8859-1", ""),
        (CHINESE, "gbk", None, ""),
        (CHINESE, "utf-8", "text/html; charset=gbk", ""),
        (CHINESE, "utf-8", "text/html", '<meta charset="gb2312">'),
        (CHINESE, "utf-8-sig", "text/html; charset=gbk", ""),
        (CHINESE, "utf-16", "text/html", ""),
        (TAIWAN, "big5", "text/html; charset=big5", ""),
        (TAIWAN, "big5", "text/html; charset=utf-8", '<meta charset="big5">'),
        (FRENCH, "cp1252", "text/html; charset=iso-8859-1", ""),
        (FRENCH, "utf-8", "text/html; charset=iso-8859-1", ""),
        (CHINESE, "gb18030", "text/html; charset=no-such-thing", ""),
    ],
)
def test_declared_rightly_or_not(text: str, codec: str, content_type: str | None, meta: str) -> None:
    """The text comes out right, whatever the header and the page claim."""
    body = (meta + text).encode(codec)
    assert body.decode(find_encoding(content_type, body)).lstrip("\ufeff") == meta + text


@settings(deadline=None)
@given(strategies.binary(), strategies.text(max_size=40))
def test_any_bytes_get_a_codec(body: bytes, content_type: str) -> None:
    """Whatever comes, the answer names a codec that can be used."""
    body.decode(find_encoding(content_type, body), "replace")
