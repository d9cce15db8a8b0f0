"""Packets late, twice, in any order or never: what is played goes on, and on time."""

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.core.concealment import Concealer
from telephony.core.jitter import JitterBuffer, JitterRules, Played
from telephony.core.mixing import FRAME_SAMPLES, Frame, silence
from tests.telephony.sounds import loudness, share_of, tone

TICKS = 960
FRAME_MS = 20
WRAP = 1 << 32
Packet = tuple[int, int]


def stamp(index: int, first: int = 0) -> int:
    return (first + index * TICKS) % WRAP


def played(
    packets: list[Packet], frames: int, first: int = 0, buffer: JitterBuffer[int] | None = None
) -> list[tuple[Played, int | None]]:
    """Play packets (arrives_ms, index) as they arrive; return what each 20 ms brought."""
    buffer = buffer or JitterBuffer()
    waiting = sorted(packets)
    found = []
    for now_ms in range(0, frames * FRAME_MS, FRAME_MS):
        while waiting and waiting[0][0] <= now_ms:
            arrives_ms, index = waiting.pop(0)
            buffer.put(1, stamp(index, first), index, arrives_ms)
        found.append(buffer.get(now_ms))
    return found


def indexes(found: list[tuple[Played, int | None]]) -> list[int]:
    return [index for _, index in found if index is not None]


def steady(frames: int) -> list[Packet]:
    return [(index * FRAME_MS, index) for index in range(frames)]


@pytest.mark.parametrize("first", [0, WRAP - 10 * TICKS, WRAP // 2 - 10 * TICKS, 12_345])
def test_a_steady_stream_is_played_whole_also_across_the_wrap(first: int) -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    found = played(steady(100), 110, first, buffer)
    assert indexes(found) == list(range(100)) or indexes(found) == sorted(set(indexes(found)))
    assert buffer.counts.late == 0
    assert buffer.counts.resets == 0
    assert buffer.counts.played + buffer.counts.skipped == 100
    assert buffer.counts.skipped <= 1


def test_order_is_mended_and_doubles_are_dropped() -> None:
    packets = steady(20)
    packets[10], packets[11] = (200, 11), (215, 10)
    packets += [(100, 5), (400, 5)]
    buffer: JitterBuffer[int] = JitterBuffer()
    found = indexes(played(packets, 30, 0, buffer))
    assert found == sorted(set(found))
    assert {10, 11} <= set(found)
    assert (buffer.counts.duplicate, buffer.counts.late) == (1, 1)


def test_what_never_comes_is_lost_in_its_place() -> None:
    packets = [packet for packet in steady(20) if packet[1] not in {9, 13}]
    found = played(packets, 30)
    at = [index for _, index in found].index(8)
    assert [what for what, _ in found[at : at + 7]] == [
        Played.FRAME,
        Played.LOST,
        *[Played.FRAME] * 3,
        Played.LOST,
        Played.FRAME,
    ]


def test_after_a_silence_the_stream_begins_anew() -> None:
    packets = steady(10) + [(2_000 + index * FRAME_MS, 100 + index) for index in range(10)]
    found = played(packets, 130)
    assert indexes(found)[-10:] == list(range(100, 110))
    assert found[60][0] is Played.IDLE


@pytest.mark.parametrize("ahead", [20_000_000, -20_000_000])
def test_a_source_that_jumps_is_followed(ahead: int) -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    found = []
    for index in range(60):
        jumped = ahead if index >= 30 else 0
        buffer.put(1, (stamp(index) + jumped) % WRAP, index, index * FRAME_MS)
        found.append(buffer.get(index * FRAME_MS))
    what, payload = found[-1]
    assert (what, buffer.counts.resets) == (Played.FRAME, 1)
    assert payload is not None
    assert payload >= 55


def test_another_source_replaces_the_one_before() -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    for index in range(30):
        buffer.put(1 if index < 15 else 2, stamp(index * 7919), index, index * FRAME_MS)
        buffer.get(index * FRAME_MS)
    assert not buffer.is_idle


def test_a_single_straggler_from_long_ago_is_only_late() -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    played(steady(100), 100, 0, buffer)
    buffer.put(1, stamp(3), 3, 2_000)
    assert (buffer.counts.late, buffer.counts.resets) == (1, 0)


def test_nothing_is_played_before_anything_came() -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    assert buffer.get(0) == (Played.IDLE, None)
    assert (buffer.is_idle, buffer.delay_ms(0)) == (True, 0)


def test_the_delay_grows_with_jitter_and_returns_to_normal() -> None:
    chance = Random(7)  # noqa: S311 - of a network
    buffer: JitterBuffer[int] = JitterBuffer()
    packets = [
        (index * FRAME_MS + (chance.randrange(51) if 200 <= index < 700 else 0), index)
        for index in range(1_200)
    ]
    delays = []
    waiting = sorted(packets)
    for now_ms in range(0, 1_200 * FRAME_MS, FRAME_MS):
        while waiting and waiting[0][0] <= now_ms:
            arrives_ms, index = waiting.pop(0)
            buffer.put(1, stamp(index), index, arrives_ms)
        delays.append(buffer.delay_ms(now_ms))
        buffer.get(now_ms)
    assert max(delays[100:200]) <= 40
    assert 50 <= delays[600] <= 80
    assert max(delays[900:]) <= 40
    assert buffer.counts.late <= 25


def test_a_burst_after_a_pause_leaves_no_delay_behind() -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    packets = [(1_000 if 40 <= index < 50 else index * FRAME_MS, index) for index in range(400)]
    found = played(packets, 400, 0, buffer)
    assert buffer.delay_ms(399 * FRAME_MS) <= 40
    assert len(indexes(found)) >= 380


@given(
    packets=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 120)), max_size=150),
    first=st.integers(0, WRAP - 1),
)
def test_whatever_comes_is_played_in_order_once_and_never_held_for_ever(
    packets: list[Packet], first: int
) -> None:
    buffer: JitterBuffer[int] = JitterBuffer()
    found = played(packets, 400, first, buffer)
    order = indexes(found)
    if buffer.counts.resets == 0:
        assert all(earlier < later for earlier, later in pairwise(order))
    assert found[-1] == (Played.IDLE, None)
    assert buffer.counts.received == len(packets)


# With the sound itself.


def through_network(
    hertz: float, frames: int, loss: float, jitter_ms: int, seed: int
) -> list[Frame]:
    """Send a tone through a bad network, a jitter buffer and the concealment."""
    chance = Random(seed)  # noqa: S311 - of a network
    packets = [
        (index * FRAME_MS + chance.randrange(jitter_ms + 1), index)
        for index in range(frames)
        if chance.random() >= loss
    ]
    sound = tone(hertz, frames)
    concealer = Concealer()
    heard = []
    for what, index in played(packets, frames):
        if index is not None:
            heard.append(concealer.hear(sound[index]))
        elif what is not Played.IDLE:
            heard.append(concealer.conceal())
    return heard


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("hertz", [440.0, 1_000.0])
def test_with_five_percent_lost_and_50_ms_of_jitter_one_still_hears(
    hertz: float, seed: int
) -> None:
    heard = np.concatenate(through_network(hertz, 500, 0.05, 50, seed))
    assert share_of(hertz, heard, 30.0) > 0.8
    windows = heard[: len(heard) // 1_600 * 1_600].reshape(-1, 1_600)
    expected = loudness(np.concatenate(tone(hertz, 5)))
    # In no tenth of a second is it gone or even half as loud.
    assert min(loudness(window) for window in windows[3:]) > 0.5 * expected
    assert min(share_of(hertz, window, 60.0) for window in windows[3:]) > 0.5


def test_a_network_without_faults_changes_no_sample() -> None:
    heard = through_network(440.0, 50, 0.0, 0, 1)
    assert len(heard) >= 47
    sound = [frame.tobytes() for frame in tone(440.0, 50)]
    assert all(frame.tobytes() in sound for frame in heard)


def test_one_lost_frame_of_a_tone_is_hardly_noticed() -> None:
    sound = tone(440.0, 10)
    concealer = Concealer()
    for frame in sound[:5]:
        concealer.hear(frame)
    made = concealer.conceal()
    after = concealer.hear(sound[6])
    assert share_of(440.0, np.concatenate([*sound[2:5], made, after]), 40.0) > 0.95
    assert loudness(made) > 0.8 * loudness(sound[5])


def test_a_long_gap_fades_to_silence_and_ends_without_a_jump() -> None:
    sound = tone(440.0, 20)
    concealer = Concealer()
    for frame in sound[:5]:
        concealer.hear(frame)
    made = [concealer.conceal() for _ in range(8)]
    levels = [loudness(frame) for frame in made]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 0.0
    after = concealer.hear(sound[13])
    assert abs(int(after[0])) < 100
    assert np.array_equal(after[80:], sound[13][80:])


def test_the_pitch_is_kept_while_it_fades() -> None:
    sound = tone(440.0, 10)
    concealer = Concealer()
    for frame in sound[:5]:
        concealer.hear(frame)
    made = [loudness(concealer.conceal()) / loudness(sound[0]) for _ in range(4)]
    # Each frame is as loud as its place in the fade says, not as the one before it was.
    assert made == pytest.approx([0.95, 0.78, 0.51, 0.24], abs=0.03)


def test_silence_is_concealed_by_silence() -> None:
    concealer = Concealer()
    assert not np.any(concealer.conceal())
    assert np.array_equal(concealer.hear(silence()), silence())
    assert FRAME_SAMPLES == 320


def test_the_delay_is_kept_within_its_bounds() -> None:
    buffer: JitterBuffer[int] = JitterBuffer(JitterRules(delay_ms_max=60))
    chance = Random(3)  # noqa: S311 - of a network
    packets = [(index * FRAME_MS + chance.randrange(400), index) for index in range(300)]
    played(packets, 300, 0, buffer)
    assert buffer.target_ms == 60
