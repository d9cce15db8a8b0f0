"""Text from strangers is read or refused, and never breaks what reads it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.content import media_type_of
from desktop.core.intake import read_json
from desktop.core.pace import Pace, Paces
from store.schema.codec import decode_inbound
from store.schema.frames import Ask

decode_any = msgspec.json.Decoder(dict[str, str]).decode


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 30_000,
        "[" * 60_000,
        '{"a":"\\u0000"}',
        '{"a":"x\\\\\\u0000"}',
        '{"\\u0000":"a"}',
        '{"a":"\\ud800"}',
        '{"a":"\x00"}',
        b'{"a":"\xff"}',
        b'{"a":"\\u0000"}',
        "",
    ],
)
def test_what_cannot_be_kept_is_refused(text: str | bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_json(decode_any, text)


@pytest.mark.parametrize("text", ["[" * 60_000, '{"a":' * 60_000])
def test_what_is_nested_too_deeply_is_refused_even_where_anything_may_stand(text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="Nested too deeply"):
        read_json(msgspec.json.Decoder().decode, text)


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "C:\\u0000x", "é", "\U0001f600"])
def test_text_that_only_looks_like_it_is_kept(text: str) -> None:
    assert read_json(decode_any, msgspec.json.encode({"a": text})) == {"a": text}


@given(text=st.text())
def test_every_text_comes_through_whole_or_not_at_all(text: str) -> None:
    body = msgspec.json.encode({"a": text})
    if "\x00" in text:
        with pytest.raises(msgspec.ValidationError):
            read_json(decode_any, body)
    else:
        assert read_json(decode_any, body) == {"a": text}


@given(frame=st.one_of(st.text(), st.binary()))
def test_no_frame_breaks_the_reader(frame: str | bytes) -> None:
    try:
        found = read_json(decode_inbound, frame)
    except msgspec.DecodeError:
        return
    assert not isinstance(found, Ask)


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    pace = Pace(60, 0)
    assert [pace.allows(0) for _ in range(61)] == [True] * 60 + [False]
    assert not pace.allows(999)
    assert pace.allows(1_000)
    assert not pace.allows(1_000)
    # A clock that goes back gives nothing.
    assert not pace.allows(0)


def test_each_person_has_a_pace_of_their_own_and_it_is_forgotten() -> None:
    paces = Paces(forget_from=2)
    assert paces.allows("a", 1, 0)
    assert not paces.allows("a", 1, 0)
    assert paces.allows("b", 1, 0)
    # Nobody has rested yet: whoever was refused must not begin anew.
    assert paces.allows("c", 1, 0)
    assert not paces.allows("a", 1, 0)
    assert len(paces) == 3
    for number in range(10):
        assert paces.allows(f"d{number}", 1, 60_000)
    assert len(paces) < 13


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\nrest", "image/png"),
        ("a.PNG", b"\x89PNG\r\n\x1a\nrest", "image/png"),
        ("a.jpg", b"\x89PNG\r\n\x1a\nrest", None),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.txt", "é".encode(), "text/plain"),
        ("a.txt", b"\xff\xfe", None),
        ("a.txt", b"a\x00b", None),
        ("a.txt", b"%PDF-1.7", None),
        ("a.svg", b"<svg/>", None),
        ("a.html", b"<p>", None),
        ("a.docx", b"PK\x03\x04..word/document.xml", "application/vnd.openxmlformats"),
        ("a.xlsx", b"PK\x03\x04..word/document.xml", None),
        ("a.zip", b"PK\x03\x04..word/document.xml", None),
        ("png", b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, media_type: str | None) -> None:
    found = media_type_of(name, content)
    assert found == media_type or (media_type and found and found.startswith(media_type))
