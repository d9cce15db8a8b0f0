"""What may be wrong with rules that an administrator writes, each a code with its sentence.

The code and its values reach the screens, which say it in the person's language.
"""

from msgspec import Struct

from store.schema.policies import Fault

SENTENCES = {
    "not_toml": "This is not TOML: {given}.",
    "not_json": "This is not JSON: {given}.",
    "version": "This program reads version {allowed}.",
    "unknown_key": "`{given}` is not a key here. Allowed: {allowed}.",
    "missing": "`{allowed}` is needed here.",
    "kind": "Expected {allowed}, got {given}.",
    "not_one_of": "{given} is not one of {allowed}.",
    "not_a_time": "{given} is not a time: write whole numbers with a unit, as in {allowed}.",
    "out_of_bounds": "{given} is out of bounds: {allowed}.",
    "text": "A text of 1 to {allowed} characters is needed, without U+0000.",
    "double": "`{given}` is there already, at number {allowed}: keep one.",
    "empty": "Name at least one of {allowed}.",
    "no_queue": "There is no queue `{given}` to name here. There are: {allowed}.",
    "too_many": "At most {allowed} are allowed.",
    "never_opens": "The queue would never open: give a day, or no hours at all.",
    "no_zone": "`{given}` is not an IANA time zone, as in {allowed}.",
    "no_country": "No public holidays are known for `{given}`: an ISO 3166 code, as in {allowed}.",
    "no_region": "`{given}` is not a region of this country: {allowed}.",
    "region_alone": "A region needs its country.",
    "not_a_clock": "`{given}` is not a time from 00:00 to 24:00, as in 09:15.",
    "reversed": "{given} closes before it opens. Past midnight, write two days: until 24:00, and "
    "from 00:00 the day after.",
    "overlap": "{given} overlaps {allowed} of the same day.",
    "not_a_date": "`{given}` is not a date, as in 2026-12-24.",
    "closed_and_open": "{given} is closed all day, and has hours too.",
}


class Flaw(Struct, frozen=True, kw_only=True):
    """A fault before its place is written out. path: names and places that lead to it.

    hint: what was probably meant.
    """

    path: tuple[str | int, ...]
    code: str
    given: str = ""
    allowed: str = ""
    hint: str = ""


def told(flaw: Flaw, line: int | None = None) -> Fault:
    """Return the fault as it is shown."""
    message = SENTENCES[flaw.code].format(given=flaw.given, allowed=flaw.allowed)
    if flaw.hint:
        message += f" Did you mean `{flaw.hint}`?"
    return Fault(
        field=dotted(flaw.path),
        line=line,
        message=message,
        code=flaw.code,
        given=flaw.given,
        allowed=flaw.allowed,
        hint=flaw.hint,
    )


def dotted(path: tuple[str | int, ...]) -> str:
    """Return the path as in `subjects[2].queue`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
