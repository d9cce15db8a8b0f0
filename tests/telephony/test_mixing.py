"""Everybody hears the others, nobody hears themselves, and nothing cracks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.schema.calls import LegRole
from store.schema.ids import LegId
from telephony.core.effects import Seat, Voice
from telephony.core.mixing import (
    FRAME_SAMPLES,
    SILENCE_DBOV,
    Frames,
    amplify,
    hears,
    level_dbov,
    mix,
    silence,
)
from tests.telephony.sounds import share_of, tone

HERTZ = (400.0, 800.0, 1_500.0, 2_500.0)


def seats(*voices: Voice, supervisor: bool = False) -> list[Seat]:
    roles = [LegRole.CLIENT] + [LegRole.AGENT] * (len(voices) - 1)
    if supervisor:
        roles[-1] = LegRole.SUPERVISOR
    return [
        Seat(leg=LegId(f"leg_{place}"), role=role, voice=voice)
        for place, (role, voice) in enumerate(zip(roles, voices, strict=True))
    ]


def heard(places: list[Seat], frames: int = 25) -> list[set[float]]:
    """Return which of the legs' tones each leg hears."""
    sounds = [tone(hertz, frames, 5_000) for hertz in HERTZ[: len(places)]]
    matrix = hears(places)
    mixed = [mix(np.stack([sound[at] for sound in sounds]), matrix) for at in range(frames)]
    found = []
    for leg in range(len(places)):
        whole = np.concatenate([frame[leg] for frame in mixed])
        found.append({hertz for hertz in HERTZ if share_of(hertz, whole) > 0.2})
    return found


@pytest.mark.parametrize("legs", [2, 3, 4])
def test_each_hears_the_others_and_not_itself(legs: int) -> None:
    for place, tones in enumerate(heard(seats(*[Voice.ALL] * legs))):
        assert tones == set(HERTZ[:legs]) - {HERTZ[place]}


def test_who_is_muted_hears_and_is_not_heard() -> None:
    assert heard(seats(Voice.ALL, Voice.NOBODY, Voice.ALL)) == [
        {1_500.0},
        {400.0, 1_500.0},
        {400.0},
    ]


def test_a_whisper_reaches_the_agent_only() -> None:
    client, agent, supervisor = heard(seats(Voice.ALL, Voice.ALL, Voice.AGENTS, supervisor=True))
    assert client == {800.0}
    assert agent == {400.0, 1_500.0}
    assert supervisor == {400.0, 800.0}


@given(st.lists(st.integers(-32_768, 32_767), min_size=2, max_size=6))
def test_what_is_too_loud_together_is_cut_off_and_never_wraps(values: list[int]) -> None:
    frames: Frames = np.array([[value] * FRAME_SAMPLES for value in values], dtype=np.int16)
    mixed = mix(frames, hears(seats(*[Voice.ALL] * len(values))))
    for place, value in enumerate(values):
        total = sum(values) - value
        assert mixed[place][0] == max(-32_768, min(32_767, total))


def test_gain_is_in_decibels_and_cut_off() -> None:
    frame = tone(400.0, 1, 8_000)[0]
    assert np.max(amplify(frame, 6.0)) == pytest.approx(8_000 * 10**0.3, abs=60)
    assert np.array_equal(amplify(frame, 0.0), frame)
    assert np.max(amplify(frame, 40.0)) == 32_767
    assert np.min(amplify(frame, 40.0)) == -32_768
    assert not np.any(amplify(frame, -120.0))


@pytest.mark.parametrize("below_db", [0, 6, 20, 40])
def test_the_level_of_a_sine_is_three_decibels_under_that_of_a_square(below_db: int) -> None:
    amplitude = 32_767 / 10 ** (below_db / 20)
    assert level_dbov(tone(400.0, 1, amplitude)[0]) == round(-3.01 - below_db)


def test_silence_and_overload_are_the_ends_of_the_scale() -> None:
    assert level_dbov(silence()) == SILENCE_DBOV
    loud = silence()
    loud[:] = -32_768
    assert level_dbov(loud) == 0
    faint = silence()
    faint[0] = 1
    assert level_dbov(faint) == round(20 * math.log10(1 / 32_768) - 10 * math.log10(320))
