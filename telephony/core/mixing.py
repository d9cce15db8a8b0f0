"""Sound as numbers: what each leg of a bridge hears, how loud it is, and its gain.

A frame is 20 ms of mono sound at 16 kHz: (320,) int16. Frames of n legs together: (n, 320).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store.schema.calls import LegRole
from telephony.core.effects import Seat, Voice

RATE_HZ = 16_000
FRAME_MS = 20
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1_000
# RFC 6464, section 3: the level of silence, in dB below the loudest square wave.
SILENCE_DBOV = -127
_LOUDEST = 32_768.0
_LIMITS = np.iinfo(np.int16)

Frame = NDArray[np.int16]
Frames = NDArray[np.int16]
Hears = NDArray[np.bool_]


def silence() -> Frame:
    """Return a frame in which nothing is heard."""
    return np.zeros(FRAME_SAMPLES, dtype=np.int16)


def hears(seats: Sequence[Seat]) -> Hears:
    """Return who hears whom, (n, n): row the listener, column the speaker, nobody themselves."""
    matrix = np.zeros((len(seats), len(seats)), dtype=np.bool_)
    for listener, ear in enumerate(seats):
        for speaker, mouth in enumerate(seats):
            reaches = mouth.voice is Voice.ALL or (
                mouth.voice is Voice.AGENTS and ear.role is LegRole.AGENT
            )
            matrix[listener, speaker] = reaches and listener != speaker
    return matrix


def mix(frames: Frames, matrix: Hears) -> Frames:
    """Return what each leg hears, (n, 320): the sum of those it hears, never itself.

    Too loud together is cut off at the limit; a sum that wrapped round would be a crack.
    """
    # As floats, which are exact for the sums of 500 legs and more than twice as fast as integers.
    total = matrix.astype(np.float32) @ frames.astype(np.float32)
    heard: Frames = np.clip(total, _LIMITS.min, _LIMITS.max).astype(np.int16)
    return heard


def amplify(frame: Frame, gain_db: float) -> Frame:
    """Return the frame louder, or softer for a negative gain; cut off at the limit."""
    scaled = np.rint(frame.astype(np.float64) * 10.0 ** (gain_db / 20.0))
    louder: Frame = np.clip(scaled, _LIMITS.min, _LIMITS.max).astype(np.int16)
    return louder


def level_dbov(frame: Frame) -> int:
    """Return the loudness, 0 (overload) down to -127 (silence), as RFC 6464 counts it."""
    samples = frame.astype(np.float64)
    power = float(np.dot(samples, samples)) / len(frame)
    if power == 0.0:
        return SILENCE_DBOV
    return max(SILENCE_DBOV, round(10.0 * math.log10(power / (_LOUDEST * _LOUDEST))))
