"""Every fault has a sentence, and every sentence what it needs."""

import re

import pytest

from store.faults import SENTENCES, Flaw, told


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_holds_only_what_a_flaw_carries(code: str) -> None:
    assert set(re.findall(r"\{(\w+)\}", SENTENCES[code])) <= {"given", "allowed"}
    fault = told(Flaw(path=("a", 2, "b"), code=code, given="<g>", allowed="<a>"), 7)
    assert (fault.field, fault.line, fault.code) == ("a[2].b", 7, code)
    assert "{" not in fault.message


def test_a_hint_is_said_after_the_sentence() -> None:
    fault = told(Flaw(path=("x",), code="unknown_key", given="x", allowed="y", hint="y"))
    assert fault.message.endswith("Did you mean `y`?")
