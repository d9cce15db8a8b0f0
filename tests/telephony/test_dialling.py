"""Numbers are read, named, classed, allowed or refused; calls go out at a limited pace."""

import pytest
from msgspec.structs import replace

from telephony.core.dialling import (
    DialFault,
    Dialler,
    DialRules,
    NotDialled,
    Number,
    NumberClass,
    check,
    read,
)

RULES = DialRules()
MOBILE, ABROAD = read("06 12 34 56 78"), read("+49 30 123456")


def fault_of(text: str, home: str = "FR") -> DialFault:
    with pytest.raises(NotDialled) as caught:
        read(text, home)
    return caught.value.fault


def fault_for(number: Number, rules: DialRules = RULES) -> DialFault:
    with pytest.raises(NotDialled) as caught:
        check(number, rules)
    return caught.value.fault


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "  06 12 34 56 78 ",
        "06\u202f12\u202f34\u202f56\u202f78",
    ],
)
def test_every_usual_writing_is_one_number(text: str) -> None:
    assert read(text) == Number(
        e164="+33612345678",
        national="06 12 34 56 78",
        international="+33 6 12 34 56 78",
        region="FR",
        number_class=NumberClass.MOBILE,
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", DialFault.EMPTY),
        (" \u00a0", DialFault.EMPTY),
        ("abc", DialFault.NOT_A_NUMBER),
        ("0800 FLOWERS", DialFault.NOT_A_NUMBER),
        ("06123456x8", DialFault.NOT_A_NUMBER),
        ("٠٦١٢٣٤٥٦٧٨", DialFault.NOT_A_NUMBER),
        ("0612345678; drop", DialFault.NOT_A_NUMBER),
        ("sip:100@example.org", DialFault.NOT_A_NUMBER),
        ("06+12345678", DialFault.NOT_A_NUMBER),
        ("+", DialFault.NOT_A_NUMBER),
        ("0", DialFault.NOT_A_NUMBER),
        ("1" * 40, DialFault.TOO_LONG),
        ("1" * 65, DialFault.TOO_LONG),
        ("061234567890", DialFault.TOO_LONG),
        ("0612", DialFault.TOO_SHORT),
        ("00", DialFault.TOO_SHORT),
        ("+999 12345678", DialFault.COUNTRY_UNKNOWN),
        ("07 12 34 56 78", DialFault.NOT_ASSIGNED),
    ],
)
def test_what_is_no_number_says_why(text: str, fault: DialFault) -> None:
    assert fault_of(text) is fault


def test_a_number_is_read_where_the_site_is() -> None:
    assert read("030 123456", "DE").e164 == "+4930123456"
    assert read("612 34 56 78", "ES").e164 == "+34612345678"


def test_french_numbers_beyond_the_sea_are_read_as_dialled_in_france() -> None:
    number = read("0692 12 34 56")
    assert (number.e164, number.region) == ("+262692123456", "RE")
    check(number, RULES)


@pytest.mark.parametrize(
    ("text", "number_class"),
    [
        ("01 44 55 66 77", NumberClass.FIXED),
        ("09 70 01 02 03", NumberClass.FIXED),
        ("0800 12 34 56", NumberClass.TOLL_FREE),
        ("0820 12 34 56", NumberClass.SHARED_COST),
        ("0899 70 12 34", NumberClass.PREMIUM),
        ("3939", NumberClass.SHORT),
        ("112", NumberClass.EMERGENCY),
        ("1 1 2", NumberClass.EMERGENCY),
        ("15", NumberClass.EMERGENCY),
        ("116 117", NumberClass.EMERGENCY),
    ],
)
def test_numbers_have_a_class(text: str, number_class: NumberClass) -> None:
    assert read(text).number_class is number_class


def test_france_and_the_union_are_allowed_and_nothing_that_costs_more() -> None:
    for text in ("0144556677", "0800123456", "+49 30 123456", "+351 21 123 4567"):
        check(read(text), RULES)
    for text, fault in {
        "0899701234": DialFault.PREMIUM,
        "0820123456": DialFault.PREMIUM,
        "+1 212 555 0123": DialFault.COUNTRY_NOT_ALLOWED,
        "+44 20 7946 0958": DialFault.COUNTRY_NOT_ALLOWED,
        "+870 773111632": DialFault.COUNTRY_NOT_ALLOWED,
        "+882 13 300655": DialFault.COUNTRY_NOT_ALLOWED,
        "112": DialFault.EMERGENCY,
        "3939": DialFault.SHORT_NUMBER,
    }.items():
        assert fault_for(read(text)) is fault


def test_permissions_can_be_widened_and_narrowed() -> None:
    check(read("0899701234"), replace(RULES, premium=True))
    check(read("+1 212 555 0123"), replace(RULES, regions=frozenset({"US"})))
    assert fault_for(MOBILE, replace(RULES, barred=("+336123",))) is DialFault.NUMBER_BARRED
    assert fault_for(read("112"), replace(RULES, premium=True)) is DialFault.EMERGENCY


def refused(dialler: Dialler, call: str, number: Number, now_ms: int) -> DialFault:
    with pytest.raises(NotDialled) as caught:
        dialler.start(call, number, now_ms)
    return caught.value.fault


def test_one_call_a_second_goes_out() -> None:
    dialler = Dialler(RULES)
    dialler.start("a", MOBILE, 1_000)
    assert refused(dialler, "b", MOBILE, 1_999) is DialFault.TOO_FAST
    dialler.start("b", MOBILE, 2_000)
    dialler.start("b", MOBILE, 2_000)
    assert dialler.at_once == 2


def test_so_many_calls_are_out_at_once() -> None:
    dialler = Dialler(replace(RULES, at_once=2))
    dialler.start("a", MOBILE, 0)
    dialler.start("b", MOBILE, 1_000)
    assert refused(dialler, "c", MOBILE, 2_000) is DialFault.TOO_MANY_AT_ONCE
    dialler.end("a", 2_000)
    dialler.end("a", 2_000)
    dialler.start("c", MOBILE, 2_000)


def test_a_number_that_is_not_allowed_uses_nothing_up() -> None:
    dialler = Dialler(RULES)
    assert refused(dialler, "a", read("0899701234"), 0) is DialFault.PREMIUM
    dialler.start("b", MOBILE, 0)


def test_what_costs_is_limited_in_all_and_recovers() -> None:
    dialler = Dialler(replace(RULES, budget_ms=60_000, budget_window_ms=600_000))
    dialler.start("a", ABROAD, 0)
    assert refused(dialler, "b", ABROAD, 60_000) is DialFault.SPENT
    dialler.start("c", MOBILE, 60_000)
    dialler.end("c", 90_000)
    dialler.end("a", 90_000)
    assert dialler.spent_ms(90_000) == 90_000
    assert refused(dialler, "b", ABROAD, 689_999) is DialFault.SPENT
    dialler.start("b", ABROAD, 690_000)


def test_premium_at_home_costs_and_toll_free_abroad_does_not() -> None:
    dialler = Dialler(replace(RULES, premium=True))
    dialler.start("a", read("0899701234"), 0)
    dialler.start("b", read("+49 800 1234567"), 1_000)
    assert dialler.spent_ms(5_000) == 5_000
