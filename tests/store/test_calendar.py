"""Opening hours become moments: every zone, both changes of clocks, holidays, special days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.calendar import BadHours, check_hours, moment, periods
from store.schema.terms import Hours, Opening, SpecialDay

WORKDAYS = tuple(Opening(weekday=day, opens="09:00", closes="18:30") for day in range(1, 6))
EVERY_DAY = range(1, 8)


def at(text: str) -> int:
    """Unix milliseconds of an ISO 8601 moment with its offset."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def opens(hours: Hours, from_text: str, until_text: str) -> list[tuple[str, str]]:
    """The open times in UTC, as people read them."""
    return [
        (_text(period.opens_ms), _text(period.closes_ms))
        for period in periods(hours, at(from_text), at(until_text))
    ]


def _text(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%m-%d %H:%M")


def daily(start: str, end: str, time_zone: str = "Europe/Paris") -> Hours:
    weekly = tuple(Opening(weekday=day, opens=start, closes=end) for day in EVERY_DAY)
    return Hours(time_zone=time_zone, weekly=weekly)


def test_a_week_of_usual_hours() -> None:
    hours = Hours(weekly=(*WORKDAYS, Opening(weekday=6, opens="09:15", closes="17:00")))
    assert opens(hours, "2026-12-04T00:00+01:00", "2026-12-08T00:00+01:00") == [
        ("12-04 08:00", "12-04 17:30"),
        ("12-05 08:15", "12-05 16:00"),
        ("12-07 08:00", "12-07 17:30"),
    ]


def test_a_period_that_has_begun_is_given_whole() -> None:
    found = opens(daily("09:00", "18:30"), "2026-12-04T12:00+01:00", "2026-12-04T13:00+01:00")
    assert found == [("12-04 08:00", "12-04 17:30")]


@pytest.mark.parametrize("edge", ["2026-12-04T09:00+01:00", "2026-12-04T18:30+01:00"])
def test_an_end_is_no_part_of_its_period(edge: str) -> None:
    hours = Hours(weekly=WORKDAYS)
    before = (datetime.fromisoformat(edge) - timedelta(minutes=1)).isoformat()
    is_opening = "09:00" in edge
    assert (opens(hours, before, edge) == []) is is_opening
    after = (datetime.fromisoformat(edge) + timedelta(minutes=1)).isoformat()
    assert (opens(hours, edge, after) == []) is not is_opening


def test_hours_keep_to_the_wall_clock_when_summer_begins_and_ends() -> None:
    hours = daily("09:00", "18:30")
    assert opens(hours, "2026-03-28T00:00+01:00", "2026-03-30T00:00+02:00") == [
        ("03-28 08:00", "03-28 17:30"),
        ("03-29 07:00", "03-29 16:30"),
    ]
    assert opens(hours, "2026-10-24T00:00+02:00", "2026-10-26T00:00+01:00") == [
        ("10-24 07:00", "10-24 16:30"),
        ("10-25 08:00", "10-25 17:30"),
    ]


def test_the_other_hemisphere_changes_its_clocks_the_other_way() -> None:
    hours = daily("09:00", "17:00", "Australia/Sydney")
    assert opens(hours, "2026-04-04T00:00+11:00", "2026-04-06T00:00+10:00") == [
        ("04-03 22:00", "04-04 06:00"),
        ("04-04 23:00", "04-05 07:00"),
    ]
    assert opens(hours, "2026-10-03T00:00+10:00", "2026-10-05T00:00+11:00") == [
        ("10-02 23:00", "10-03 07:00"),
        ("10-03 22:00", "10-04 06:00"),
    ]


def test_a_time_that_does_not_exist_is_the_moment_of_the_jump() -> None:
    night = ("2026-03-29T00:00+01:00", "2026-03-29T12:00+02:00")
    assert opens(daily("02:30", "06:00"), *night) == [("03-29 01:00", "03-29 04:00")]
    assert opens(daily("01:00", "02:30"), *night) == [("03-29 00:00", "03-29 01:00")]
    # Wholly inside the hour that is not there.
    assert opens(daily("02:10", "02:50"), *night) == []


def test_of_a_time_that_exists_twice_it_opens_at_the_first_and_closes_at_the_second() -> None:
    night = ("2026-10-25T00:00+02:00", "2026-10-25T12:00+01:00")
    assert opens(daily("02:30", "06:00"), *night) == [("10-25 00:30", "10-25 05:00")]
    assert opens(daily("01:00", "02:30"), *night) == [("10-24 23:00", "10-25 01:30")]
    assert opens(daily("02:10", "02:50"), *night) == [("10-25 00:10", "10-25 01:50")]


def test_a_zone_that_jumps_at_midnight_opens_then() -> None:
    # In Santiago, Sunday 6 September 2026 begins at 01:00.
    hours = daily("00:00", "24:00", "America/Santiago")
    (only,) = opens(hours, "2026-09-05T12:00-04:00", "2026-09-06T12:00-03:00")
    assert only[0] <= "09-05 04:00"
    sunday = Hours(
        time_zone="America/Santiago", weekly=(Opening(weekday=7, opens="00:00", closes="08:00"),)
    )
    found = opens(sunday, "2026-09-05T12:00-04:00", "2026-09-06T12:00-03:00")
    assert found == [("09-06 04:00", "09-06 11:00")]


def test_a_change_of_half_an_hour_is_found_too() -> None:
    # Lord Howe Island: 02:00 becomes 02:30 on 4 October 2026.
    hours = daily("02:15", "09:00", "Australia/Lord_Howe")
    assert opens(hours, "2026-10-04T00:00+10:30", "2026-10-04T08:00+11:00") == [
        ("10-03 15:30", "10-03 22:00")
    ]


def test_until_midnight_and_from_midnight_is_one_time() -> None:
    hours = Hours(
        weekly=(
            Opening(weekday=5, opens="22:00", closes="24:00"),
            Opening(weekday=6, opens="00:00", closes="02:00"),
        )
    )
    assert opens(hours, "2026-12-04T00:00+01:00", "2026-12-07T00:00+01:00") == [
        ("12-04 21:00", "12-05 01:00")
    ]


def test_two_times_a_day_in_any_order() -> None:
    hours = Hours(
        weekly=(
            Opening(weekday=1, opens="14:00", closes="18:00"),
            Opening(weekday=1, opens="09:00", closes="12:00"),
        )
    )
    assert opens(hours, "2026-11-30T00:00+01:00", "2026-12-01T00:00+01:00") == [
        ("11-30 08:00", "11-30 11:00"),
        ("11-30 13:00", "11-30 17:00"),
    ]


def test_public_holidays_of_the_country_and_of_the_region() -> None:
    # Easter Monday is everybody's; the second day of Christmas only of Alsace and Moselle.
    france = Hours(weekly=WORKDAYS, country="FR")
    assert opens(france, "2026-04-06T00:00+02:00", "2026-04-07T00:00+02:00") == []
    saturday = Opening(weekday=6, opens="09:00", closes="12:00")
    boxing_day = ("2026-12-26T00:00+01:00", "2026-12-27T00:00+01:00")
    assert len(opens(Hours(weekly=(saturday,), country="FR"), *boxing_day)) == 1
    assert opens(Hours(weekly=(saturday,), country="FR", region="57"), *boxing_day) == []


def test_a_special_day_has_its_own_hours_even_on_a_holiday() -> None:
    special = (
        SpecialDay(date="2026-12-24", opens="09:00", closes="12:00"),
        SpecialDay(date="2026-12-24", opens="13:00", closes="15:00"),
        SpecialDay(date="2026-12-25", opens="10:00", closes="11:00"),
        SpecialDay(date="2026-12-31"),
    )
    hours = Hours(weekly=WORKDAYS, country="FR", special=special)
    assert opens(hours, "2026-12-24T00:00+01:00", "2026-12-26T00:00+01:00") == [
        ("12-24 08:00", "12-24 11:00"),
        ("12-24 12:00", "12-24 14:00"),
        ("12-25 09:00", "12-25 10:00"),
    ]
    assert opens(hours, "2026-12-31T00:00+01:00", "2027-01-02T00:00+01:00") == []


def test_the_beginning_is_said_in_both_languages_by_the_queues_own_clock() -> None:
    period = periods(
        Hours(weekly=WORKDAYS), at("2026-11-28T00:00+01:00"), at("2026-12-01T00:00+01:00")
    )[0]
    assert period.opening is not None
    assert period.opening.fr == "lundi 30 novembre à 9 h 00"
    assert period.opening.en == "Monday 30 November at 9:00"
    first = moment(at("2027-01-01T14:05+01:00"), "Europe/Paris")
    assert (first.fr, first.en) == ("vendredi 1er janvier à 14 h 05", "Friday 1 January at 14:05")
    assert moment(at("2026-12-31T23:30+00:00"), "Asia/Tokyo").en == "Friday 1 January at 8:30"


@pytest.mark.parametrize(
    ("hours", "field", "says"),
    [
        (Hours(), "weekly", "never open"),
        (Hours(special=(SpecialDay(date="2026-12-24"),)), "weekly", "never open"),
        (Hours(weekly=WORKDAYS * 8), "weekly", "At most 35"),
        (Hours(weekly=WORKDAYS, special=(SpecialDay(date="x"),) * 401), "special", "At most 400"),
        (Hours(weekly=WORKDAYS, time_zone="Paris"), "time_zone", "IANA"),
        (Hours(weekly=WORKDAYS, time_zone="../etc/passwd"), "time_zone", "IANA"),
        (Hours(weekly=WORKDAYS, time_zone="Europe"), "time_zone", "IANA"),
        (Hours(weekly=WORKDAYS, time_zone=""), "time_zone", "IANA"),
        (Hours(weekly=WORKDAYS, country="XX"), "country", "as in FR"),
        (Hours(weekly=WORKDAYS, country="fr"), "country", "as in FR"),
        (Hours(weekly=WORKDAYS, country="FR", region="75"), "region", "57, 6AE"),
        (Hours(weekly=WORKDAYS, region="57"), "region", "country"),
        (
            Hours(weekly=(Opening(weekday=0, opens="09:00", closes="10:00"),)),
            "weekly[0].weekday",
            "1 – 7",
        ),
        (
            Hours(weekly=(*WORKDAYS, Opening(weekday=2, opens="18:00", closes="19:00"))),
            "weekly[5].opens",
            "overlaps 09:00–18:30",
        ),
        (
            Hours(weekly=(Opening(weekday=5, opens="22:00", closes="02:00"),)),
            "weekly[0].closes",
            "until 24:00, and from 00:00",
        ),
        (
            Hours(weekly=(Opening(weekday=5, opens="09:00", closes="09:00"),)),
            "weekly[0].closes",
            "closes before",
        ),
        (
            Hours(weekly=(Opening(weekday=5, opens="9:00", closes="10:00"),)),
            "weekly[0].opens",
            "as in 09:15",
        ),
        (
            Hours(weekly=(Opening(weekday=5, opens="09:00", closes="24:01"),)),
            "weekly[0].closes",
            "00:00 to 24:00",
        ),
        (
            Hours(weekly=(Opening(weekday=5, opens="24:00", closes="24:00"),)),
            "weekly[0].closes",
            "closes before",
        ),
        (
            Hours(weekly=WORKDAYS, special=(SpecialDay(date="24/12/2026"),)),
            "special[0].date",
            "2026-12-24",
        ),
        (
            Hours(weekly=WORKDAYS, special=(SpecialDay(date="20261224"),)),
            "special[0].date",
            "2026-12-24",
        ),
        (
            Hours(weekly=WORKDAYS, special=(SpecialDay(date="2026-02-30"),)),
            "special[0].date",
            "not a date",
        ),
        (
            Hours(weekly=WORKDAYS, special=(SpecialDay(date="2026-12-24", opens="09:00"),)),
            "special[0].closes",
            "00:00 to 24:00",
        ),
        (
            Hours(
                weekly=WORKDAYS,
                special=(
                    SpecialDay(date="2026-12-24"),
                    SpecialDay(date="2026-12-24", opens="09:00", closes="10:00"),
                ),
            ),
            "special[1].date",
            "closed all day",
        ),
        (
            Hours(
                weekly=WORKDAYS,
                special=(
                    SpecialDay(date="2026-12-24", opens="09:00", closes="10:00"),
                    SpecialDay(date="2026-12-24"),
                ),
            ),
            "special[1].date",
            "closed all day",
        ),
    ],
)
def test_hours_that_cannot_be_kept_say_where_and_what_is_allowed(
    hours: Hours, field: str, says: str
) -> None:
    with pytest.raises(BadHours) as caught:
        check_hours(hours)
    assert str(caught.value).startswith(f"{field}: ")
    assert says in str(caught.value)


@given(
    zone=st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo"]),
    start=st.integers(0, 1_438),
    length=st.integers(1, 1_439),
    day=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)
def test_inside_a_period_the_wall_clock_reads_within_the_hours(
    zone: str, start: int, length: int, day: date
) -> None:
    end = min(start + length, 1_440)
    hours = daily(f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}", zone)
    from_ms = int(datetime.combine(day, datetime.min.time(), tzinfo=UTC).timestamp() * 1000)
    for period in periods(hours, from_ms, from_ms + 3 * 86_400_000):
        first = datetime.fromtimestamp(period.opens_ms / 1000, ZoneInfo(zone))
        minute = first.hour * 60 + first.minute
        # The jump itself stands for the times it left out.
        assert minute == start or (start < minute <= start + 60)
