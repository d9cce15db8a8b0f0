"""What is played instead of a lost frame: the last sound goes on at its own pitch, and fades.

The idea of ITU-T G.711, appendix I, on frames of 20 ms at 16 kHz.
"""

import numpy as np
from numpy.typing import NDArray

from telephony.core.mixing import FRAME_SAMPLES, RATE_HZ, Frame, silence

# Voices and tones between 50 and 400 Hz repeat within these.
_LAG_MIN, _LAG_MAX = RATE_HZ // 400, RATE_HZ // 50
_HISTORY = _LAG_MAX + FRAME_SAMPLES
# 5 ms in which the true sound takes over from the made-up one.
_OVERLAP = RATE_HZ // 200
# How loud each made-up frame in a row is at its beginning; after the last there is silence.
_FADE = (1.0, 0.9, 0.65, 0.35, 0.1, 0.0)


class Concealer:
    """Follows one leg's sound and fills its gaps."""

    def __init__(self) -> None:
        self._history: NDArray[np.float64] = np.zeros(_HISTORY)
        self._lost = 0

    def hear(self, frame: Frame) -> Frame:
        """Take in a true frame; return it, led into smoothly when the one before was lost."""
        samples = frame.astype(np.float64)
        if self._lost:
            made = self._go_on(_OVERLAP) * _FADE[min(self._lost, len(_FADE) - 1)]
            ramp = np.linspace(0.0, 1.0, _OVERLAP, endpoint=False)
            samples[:_OVERLAP] = samples[:_OVERLAP] * ramp + made * (1.0 - ramp)
        self._lost = 0
        self._remember(samples)
        return np.rint(samples).astype(np.int16)

    def conceal(self) -> Frame:
        """Return what is played instead of a frame that is not there."""
        if self._lost >= len(_FADE) - 1:
            self._lost += 1
            return silence()
        made = self._go_on(FRAME_SAMPLES)
        fade = np.linspace(_FADE[self._lost], _FADE[self._lost + 1], FRAME_SAMPLES)
        self._lost += 1
        # Remembered at full loudness: the fade is of what is heard, not of the pitch.
        self._remember(made)
        return np.rint(made * fade).astype(np.int16)

    def _go_on(self, samples: int) -> NDArray[np.float64]:
        period = self._period()
        cycle = self._history[-period:]
        return np.resize(cycle, samples)

    def _period(self) -> int:
        """Return after how many samples the last frame resembles itself most."""
        last = self._history[-FRAME_SAMPLES:]
        # At k: the sound _LAG_MAX - k samples earlier.
        earlier = self._history[:-_LAG_MIN]
        products = np.correlate(earlier, last, "valid")
        powers = np.concatenate(([0.0], np.cumsum(earlier * earlier)))
        energy = powers[FRAME_SAMPLES:] - powers[:-FRAME_SAMPLES]
        likeness = products / np.sqrt(energy + 1.0)
        # Of equally good ones the shortest: the last argmax of what is ordered longest first.
        return _LAG_MIN + int(np.argmax(likeness[::-1]))

    def _remember(self, samples: NDArray[np.float64]) -> None:
        self._history = np.concatenate((self._history[len(samples) :], samples))
