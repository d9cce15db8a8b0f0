"""What may be dialled: a number is read, named, classed and allowed or refused, and how often."""

from collections import deque
from enum import StrEnum

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

# ITU-T E.164: at most 15 digits. What is far longer is not worth parsing.
_DIGITS_MAX = 15
_TEXT_MAX = 64
_WRITTEN = frozenset("0123456789+-./() ")
# The French emergency and care numbers of three digits; the library knows those of 112's kind.
_EMERGENCY_FR = frozenset({"15", "17", "18", "112", "114", "115", "116000", "116117", "119", "191"})
EUROPEAN_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
# Numbered by themselves, though French: departments and territories beyond the sea.
FRENCH_OVERSEAS = frozenset({"GP", "RE", "GF", "MQ", "YT", "PM", "BL", "MF", "NC", "PF", "WF"})


class NumberClass(StrEnum):
    """What a destination costs and risks."""

    MOBILE = "mobile"
    FIXED = "fixed"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM = "premium"
    PERSONAL = "personal"
    EMERGENCY = "emergency"
    SHORT = "short"
    OTHER = "other"


class DialFault(StrEnum):
    """Why a number is not dialled. Sent to the asker as it stands."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    COUNTRY_UNKNOWN = "country_unknown"
    NOT_ASSIGNED = "not_assigned"
    EMERGENCY = "emergency"
    SHORT_NUMBER = "short_number"
    PREMIUM = "premium"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    NUMBER_BARRED = "number_barred"
    TOO_MANY_AT_ONCE = "too_many_at_once"
    TOO_FAST = "too_fast"
    SPENT = "spent"


class NotDialled(Exception):  # noqa: N818 - a refusal is an outcome, not an error
    """The number is not called. Nothing has changed."""

    def __init__(self, fault: DialFault) -> None:
        super().__init__(fault)
        self.fault = fault


class Number(Struct, frozen=True, kw_only=True):
    """A number that exists. e164: as it is stored and dialled. region: ISO 3166, or empty."""

    e164: str
    national: str
    international: str
    region: str
    number_class: NumberClass


class DialRules(Struct, frozen=True, kw_only=True):
    """Where agents may call, how fast and for how long in all.

    home: the country in which a number without + is read. per_second, at_once: of the whole site.
    premium: premium-rate and shared-cost numbers too. barred: beginnings in E.164. budget_ms: how
    long outside `free_regions` and toll-free numbers may be talked within `budget_window_ms`.
    """

    home: str = "FR"
    regions: frozenset[str] = EUROPEAN_UNION | FRENCH_OVERSEAS
    premium: bool = False
    barred: tuple[str, ...] = ()
    per_second: int = 1
    at_once: int = 10
    free_regions: frozenset[str] = frozenset({"FR"})
    budget_ms: int = 36_000_000
    budget_window_ms: int = 86_400_000


def read(text: str, home: str = "FR") -> Number:
    """Return the number that was typed or pasted, in any usual way of writing it.

    Raises NotDialled with what is wrong with it. Emergency and short numbers are read too.
    """
    # Every kind of space is one, and the hyphen that does not break is a hyphen.
    written = " ".join(text.replace("\u2011", "-").split())
    _check_writing(written)
    digits = "".join(char for char in written if char.isdigit())
    is_national = not written.startswith("+")
    if is_national and (short := _short(digits, home)) is not None:
        return short
    parsed = _parse(written, home)
    if is_national and home == "FR" and not phonenumbers.is_valid_number(parsed):
        # From the mainland one dials 0692 for a mobile on Réunion, as if it were here.
        overseas = (_parse(written, region) for region in sorted(FRENCH_OVERSEAS))
        parsed = next(filter(phonenumbers.is_valid_number, overseas), parsed)
    _check_length(parsed)
    if not phonenumbers.is_valid_number(parsed):
        raise NotDialled(DialFault.NOT_ASSIGNED)
    return Number(
        e164=phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        national=phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
        international=phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL),
        region=_region(parsed),
        number_class=_CLASSES.get(phonenumbers.number_type(parsed), NumberClass.OTHER),
    )


def check(number: Number, rules: DialRules) -> None:
    """Raise NotDialled unless the rules let agents call it."""
    if number.number_class in _CLASS_FAULTS:
        raise NotDialled(_CLASS_FAULTS[number.number_class])
    if number.e164.startswith(rules.barred):
        raise NotDialled(DialFault.NUMBER_BARRED)
    if number.number_class in _PAID_MORE and not rules.premium:
        raise NotDialled(DialFault.PREMIUM)
    if number.region not in rules.regions:
        raise NotDialled(DialFault.COUNTRY_NOT_ALLOWED)


class Dialler:
    """Lets calls of a site out one by one: the guard against mistakes and toll fraud.

    `start` and `end` bracket each call; time is an argument.
    """

    def __init__(self, rules: DialRules) -> None:
        self._rules = rules
        self._begun_ms: deque[int] = deque()
        self._running: dict[str, tuple[Number, int]] = {}
        self._spent: deque[tuple[int, int]] = deque()

    @property
    def at_once(self) -> int:
        """Return how many calls are out."""
        return len(self._running)

    def start(self, call: str, number: Number, now_ms: int) -> None:
        """Let a call out. Raises NotDialled; asked again for the same call, says the same."""
        if call in self._running:
            return
        check(number, self._rules)
        if len(self._running) >= self._rules.at_once:
            raise NotDialled(DialFault.TOO_MANY_AT_ONCE)
        self._forget(now_ms)
        if len(self._begun_ms) >= self._rules.per_second:
            raise NotDialled(DialFault.TOO_FAST)
        if self._is_paid(number) and self.spent_ms(now_ms) >= self._rules.budget_ms:
            raise NotDialled(DialFault.SPENT)
        self._begun_ms.append(now_ms)
        self._running[call] = (number, now_ms)

    def end(self, call: str, now_ms: int) -> None:
        """Note that a call is over. Twice is as once."""
        number, since_ms = self._running.pop(call, (None, 0))
        if number is not None and self._is_paid(number):
            self._spent.append((now_ms, now_ms - since_ms))

    def spent_ms(self, now_ms: int) -> int:
        """Return how long was talked where it costs, within the window, running calls included."""
        self._forget(now_ms)
        running = sum(now_ms - at for number, at in self._running.values() if self._is_paid(number))
        return running + sum(talked_ms for _, talked_ms in self._spent)

    def _is_paid(self, number: Number) -> bool:
        is_free = number.number_class is NumberClass.TOLL_FREE
        return not is_free and (
            number.region not in self._rules.free_regions or number.number_class in _PAID_MORE
        )

    def _forget(self, now_ms: int) -> None:
        while self._begun_ms and self._begun_ms[0] <= now_ms - 1_000:
            self._begun_ms.popleft()
        while self._spent and self._spent[0][0] <= now_ms - self._rules.budget_window_ms:
            self._spent.popleft()


def _check_writing(written: str) -> None:
    if not written:
        raise NotDialled(DialFault.EMPTY)
    if len(written) > _TEXT_MAX:
        raise NotDialled(DialFault.TOO_LONG)
    if not _WRITTEN.issuperset(written) or "+" in written[1:]:
        # The library reads 0800 FLOWERS and full-width digits; nobody here writes so on purpose.
        raise NotDialled(DialFault.NOT_A_NUMBER)
    digits = sum(char.isdigit() for char in written)
    if digits == 0:
        raise NotDialled(DialFault.NOT_A_NUMBER)
    # Two more than E.164 allows: the prefix 00 of international calls.
    if digits > _DIGITS_MAX + 2:
        raise NotDialled(DialFault.TOO_LONG)


def _parse(written: str, home: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(written, home)
    except phonenumbers.NumberParseException as error:
        raise NotDialled(_PARSE_FAULTS[error.error_type]) from error


def _short(digits: str, home: str) -> Number | None:
    """Return a number that exists only within its country, such as 112 or 3939."""
    is_emergency = phonenumbers.is_emergency_number(digits, home) or (
        home == "FR" and digits in _EMERGENCY_FR
    )
    parsed = PhoneNumber(
        country_code=phonenumbers.country_code_for_region(home), national_number=int(digits)
    )
    is_short = phonenumbers.is_valid_short_number_for_region(parsed, home)
    if not is_emergency and not is_short:
        return None
    return Number(
        e164=digits,
        national=digits,
        international=digits,
        region=home,
        number_class=NumberClass.EMERGENCY if is_emergency else NumberClass.SHORT,
    )


def _check_length(parsed: PhoneNumber) -> None:
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason in _LENGTH_FAULTS:
        raise NotDialled(_LENGTH_FAULTS[reason])


def _region(parsed: PhoneNumber) -> str:
    return phonenumbers.region_code_for_number(parsed) or ""


_PARSE_FAULTS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: DialFault.COUNTRY_UNKNOWN,
    phonenumbers.NumberParseException.NOT_A_NUMBER: DialFault.NOT_A_NUMBER,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: DialFault.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_SHORT_NSN: DialFault.TOO_SHORT,
    phonenumbers.NumberParseException.TOO_LONG: DialFault.TOO_LONG,
}
_LENGTH_FAULTS = {
    phonenumbers.ValidationResult.TOO_SHORT: DialFault.TOO_SHORT,
    phonenumbers.ValidationResult.TOO_LONG: DialFault.TOO_LONG,
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: DialFault.COUNTRY_UNKNOWN,
}
_CLASSES = {
    PhoneNumberType.MOBILE: NumberClass.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberClass.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberClass.FIXED,
    PhoneNumberType.VOIP: NumberClass.FIXED,
    PhoneNumberType.TOLL_FREE: NumberClass.TOLL_FREE,
    PhoneNumberType.SHARED_COST: NumberClass.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE: NumberClass.PREMIUM,
    PhoneNumberType.PERSONAL_NUMBER: NumberClass.PERSONAL,
}
_PAID_MORE = frozenset({NumberClass.PREMIUM, NumberClass.SHARED_COST, NumberClass.PERSONAL})
_CLASS_FAULTS = {
    # From a desk abroad of the emergency, with a trunk's caller id: a person must use a telephone.
    NumberClass.EMERGENCY: DialFault.EMERGENCY,
    NumberClass.SHORT: DialFault.SHORT_NUMBER,
}
