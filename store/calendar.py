"""When a queue is open: weekly hours, public holidays and special days become moments in time.

Pure: no clock of its own. Hours keep to the wall clock of their zone. At a change of clocks a
local time that does not exist is the moment of the jump, and of a local time that exists twice a
queue opens at the first and closes at the second: nobody who reads the hours finds it closed.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.faults import Flaw, told
from store.schema.terms import Hours, Label, Opening, Period, SpecialDay

MINUTES_A_DAY = 1_440
# Five times a day, and every day of a year special.
WEEKLY_MOST, SPECIAL_MOST = 35, 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,60}")
# A second is finer than any change of clocks ever was.
_FINEST_S = 1
_DAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_FR = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
# (opens, closes) in minutes after the day's local midnight.
_Span = tuple[int, int]
_Path = tuple[str | int, ...]


class BadHours(ValueError):  # noqa: N818 - it is the hours that are bad
    """The hours cannot be kept; the flaw's path is within `Hours`."""

    def __init__(self, *path: str | int, code: str, given: str = "", allowed: str = "") -> None:
        self.flaw = Flaw(path=path, code=code, given=given, allowed=allowed)
        fault = told(self.flaw)
        super().__init__(f"{fault.field}: {fault.message}")


def check_hours(hours: Hours) -> None:
    """Raise BadHours, which says what is wrong and what is allowed, unless they can be kept."""
    for field, given, most in (
        ("weekly", hours.weekly, WEEKLY_MOST),
        ("special", hours.special, SPECIAL_MOST),
    ):
        if len(given) > most:
            raise BadHours(field, code="too_many", allowed=str(most))
    _weekly_spans(hours.weekly)
    _special_spans(hours.special)
    _zone(hours.time_zone)
    _require_holidays(hours)
    if not hours.weekly and not any(day.opens for day in hours.special):
        raise BadHours("weekly", code="never_opens")


def periods(hours: Hours, from_ms: int, until_ms: int) -> tuple[Period, ...]:
    """Return the open times that overlap [from_ms, until_ms), in order and whole.

    Times that touch are one: a queue open until 24:00 and from 00:00 does not close between.
    A special day has its own hours instead of the usual ones, on a public holiday too.
    Raises BadHours.
    """
    check_hours(hours)
    zone = _zone(hours.time_zone)
    found: list[tuple[int, int]] = []
    for opens_ms, closes_ms in _moments(hours, zone, from_ms, until_ms):
        if found and opens_ms <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes_ms, found[-1][1]))
        else:
            found.append((opens_ms, closes_ms))
    return tuple(
        Period(opens_ms=opens_ms, closes_ms=closes_ms, opening=moment(opens_ms, hours.time_zone))
        for opens_ms, closes_ms in found
        if closes_ms > from_ms and opens_ms < until_ms
    )


def moment(at_ms: int, time_zone: str) -> Label:
    """Return the day and time in words, by the wall clock of the zone."""
    local = _utc(at_ms).astimezone(_zone(time_zone))
    day_fr = "1er" if local.day == 1 else str(local.day)
    date_fr = f"{_DAYS_FR[local.weekday()]} {day_fr} {_MONTHS_FR[local.month - 1]}"
    date_en = f"{_DAYS_EN[local.weekday()]} {local.day} {_MONTHS_EN[local.month - 1]}"
    return Label(
        fr=f"{date_fr} à {local.hour} h {local.minute:02}",
        en=f"{date_en} at {local.hour}:{local.minute:02}",
    )


def _moments(
    hours: Hours, zone: ZoneInfo, from_ms: int, until_ms: int
) -> Iterator[tuple[int, int]]:
    weekly, special = _weekly_spans(hours.weekly), _special_spans(hours.special)
    # A day on each side: local days and those of UTC are not the same.
    day = _utc(from_ms).date() - timedelta(days=2)
    last = _utc(until_ms).date() + timedelta(days=2)
    while day <= last:
        spans = special.get(day)
        if spans is None:
            spans = [] if _is_holiday(hours, day) else weekly.get(day.isoweekday(), [])
        for opens, closes in spans:
            opens_ms = _at(day, opens, zone, is_closing=False)
            closes_ms = _at(day, closes, zone, is_closing=True)
            # Hours that lie wholly in the hour that does not exist are not there that day.
            if opens_ms < closes_ms:
                yield opens_ms, closes_ms
        day += timedelta(days=1)


def _at(day: date, minutes: int, zone: ZoneInfo, *, is_closing: bool) -> int:
    """Return the moment of a local time in Unix milliseconds."""
    days, minute = divmod(minutes, MINUTES_A_DAY)
    local = datetime.combine(
        day + timedelta(days=days), datetime.min.time(), tzinfo=zone
    ) + timedelta(minutes=minute)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        # By the offset before the jump it is after it, and the other way round: it is neither.
        return _ms(_jump(second, first, zone))
    return _ms(second if is_closing else first)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of the new offset between two moments of different offsets."""
    former = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=_FINEST_S):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == former:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _weekly_spans(weekly: Sequence[Opening]) -> dict[int, list[_Span]]:
    spans: dict[int, list[_Span]] = {}
    for number, opening in enumerate(weekly):
        if not 1 <= opening.weekday <= 7:
            given = str(opening.weekday)
            path = ("weekly", number, "weekday")
            raise BadHours(*path, code="out_of_bounds", given=given, allowed="1 – 7")
        of_day = spans.setdefault(opening.weekday, [])
        of_day.append(_span(("weekly", number), opening.opens, opening.closes, of_day))
    return {weekday: sorted(of_day) for weekday, of_day in spans.items()}


def _special_spans(special: Sequence[SpecialDay]) -> dict[date, list[_Span]]:
    spans: dict[date, list[_Span]] = {}
    closed: set[date] = set()
    for number, given in enumerate(special):
        place = ("special", number)
        day = _date((*place, "date"), given.date)
        if day in closed or (day in spans and not (given.opens or given.closes)):
            raise BadHours(*place, "date", code="closed_and_open", given=given.date)
        of_day = spans.setdefault(day, [])
        if given.opens or given.closes:
            of_day.append(_span(place, given.opens, given.closes, of_day))
        else:
            closed.add(day)
    return {day: sorted(of_day) for day, of_day in spans.items()}


def _span(place: _Path, opens: str, closes: str, others: Sequence[_Span]) -> _Span:
    start, end = _minutes((*place, "opens"), opens), _minutes((*place, "closes"), closes)
    if end <= start:
        raise BadHours(*place, "closes", code="reversed", given=f"{opens}–{closes}")
    for other_start, other_end in others:
        if start < other_end and other_start < end:
            other = f"{_clock(other_start)}–{_clock(other_end)}"
            given = f"{opens}–{closes}"
            raise BadHours(*place, "opens", code="overlap", given=given, allowed=other)
    return start, end


def _minutes(path: _Path, text: str) -> int:
    if text == "24:00":
        return MINUTES_A_DAY
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadHours(*path, code="not_a_clock", given=text)
    return int(found[1]) * 60 + int(found[2])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _date(path: _Path, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise BadHours(*path, code="not_a_date", given=text)
    return found


@lru_cache
def _zone(name: str) -> ZoneInfo:
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # ZoneInfo reads a file by this name: what it raises depends on what is there.
        pass
    raise BadHours("time_zone", code="no_zone", given=name, allowed="Europe/Paris")


def _require_holidays(hours: Hours) -> None:
    if hours.country:
        _holidays_of(hours.country, hours.region, 2026)
    elif hours.region:
        raise BadHours("region", code="region_alone")


def _is_holiday(hours: Hours, day: date) -> bool:
    return bool(hours.country) and day in _holidays_of(hours.country, hours.region, day.year)


@lru_cache
def _holidays_of(country: str, region: str, year: int) -> frozenset[date]:
    # A third of a second that a site without public holidays does not pay at its start.
    import holidays  # noqa: PLC0415

    try:
        of_country = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        of_country = None
    if of_country is None or not country.isupper():
        raise BadHours("country", code="no_country", given=country, allowed="FR, BE, CH")
    if not region:
        return frozenset(of_country)
    if region not in of_country.subdivisions:
        allowed = ", ".join(of_country.subdivisions) or "—"
        raise BadHours("region", code="no_region", given=region, allowed=allowed)
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


def _utc(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
