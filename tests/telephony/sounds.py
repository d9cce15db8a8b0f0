"""Tones made up, and found again."""

import numpy as np
from numpy.typing import NDArray

from telephony.core.mixing import FRAME_SAMPLES, RATE_HZ, Frame

Sound = NDArray[np.int16]


def tone(hertz: float, frames: int, amplitude: float = 8_000.0) -> list[Frame]:
    """Return a tone without a break, cut into frames."""
    times = np.arange(frames * FRAME_SAMPLES) / RATE_HZ
    wave = np.rint(amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.int16)
    return list(wave.reshape(frames, FRAME_SAMPLES))


def share_of(hertz: float, sound: Sound, width_hz: float = 20.0) -> float:
    """Return which part of the sound's power is within `width_hz` of a frequency."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    near = np.abs(frequencies - hertz) <= width_hz
    return float(power[near].sum() / max(power.sum(), 1.0))


def loudness(sound: Sound) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))
