"""What a file is by its first bytes, whatever it says of itself."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", ("png",), "image/png"),
    (b"\xff\xd8\xff", ("jpg", "jpeg"), "image/jpeg"),
    (b"GIF87a", ("gif",), "image/gif"),
    (b"GIF89a", ("gif",), "image/gif"),
    (b"%PDF-", ("pdf",), "application/pdf"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPPED = {
    "docx": (b"word/", _OFFICE + "wordprocessingml.document"),
    "xlsx": (b"xl/", _OFFICE + "spreadsheetml.sheet"),
}


def media_type_of(name: str, content: bytes) -> str | None:
    """Return the media type of an allowed file, or None: not allowed, or not what its name says."""
    ending = name.rpartition(".")[2].lower()
    for signature, endings, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type if ending in endings else None
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp" if ending == "webp" else None
    if content.startswith(b"PK\x03\x04"):
        folder, media_type = _ZIPPED.get(ending, (b"", ""))
        return media_type if folder and folder in content else None
    return "text/plain" if ending == "txt" and _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False
