"""Who hears what: a picture of a call's media, and how to get from one picture to the next.

The rest of the core never joins or parts legs. It says where everybody is; the picture follows,
and what has to be done is the difference. So a leg cannot be in two places or be forgotten.
"""

from collections.abc import Callable

from msgspec import Struct, field

from store.schema.ids import BridgeId, LegId
from telephony.core.effects import (
    AnyEffect,
    BridgeLegs,
    EndBridge,
    Play,
    Seat,
    Side,
    Sound,
    TapLeg,
    UntapLeg,
)


class Hearing(Struct, frozen=True, kw_only=True):
    """What a leg that is in no bridge hears."""

    sounds: tuple[Sound, ...]
    loops: bool = True


class Picture(Struct, frozen=True, kw_only=True):
    """The whole media of a call at one moment. Every present leg is in `bridges` or `sounds`."""

    bridges: dict[BridgeId, tuple[Seat, ...]] = field(default_factory=dict)
    sounds: dict[LegId, Hearing] = field(default_factory=dict)
    taps: dict[LegId, Side] = field(default_factory=dict)


def untaps(old: Picture, new: Picture) -> list[AnyEffect]:
    """Return what stops being kept. It comes before everything else."""
    return [UntapLeg(leg=leg) for leg, side in old.taps.items() if new.taps.get(leg) is not side]


def taps(old: Picture, new: Picture) -> list[AnyEffect]:
    """Return what begins to be kept."""
    return [
        TapLeg(leg=leg, side=side)
        for leg, side in new.taps.items()
        if old.taps.get(leg) is not side
    ]


def moves(old: Picture, new: Picture, next_number: Callable[[LegId], int]) -> list[AnyEffect]:
    """Return what moves legs: into bridges first, then to sounds, then what that leaves behind.

    next_number: numbers what is played to a leg.
    """
    effects: list[AnyEffect] = []
    came_from = {seat.leg: bridge for bridge, seats in old.bridges.items() for seat in seats}
    gaining = [
        bridge
        for bridge, seats in new.bridges.items()
        if any(came_from.get(seat.leg) != bridge for seat in seats)
    ]
    effects += [BridgeLegs(bridge=bridge, seats=new.bridges[bridge]) for bridge in gaining]
    for leg, hearing in new.sounds.items():
        if old.sounds.get(leg) != hearing:
            effects.append(
                Play(
                    leg=leg,
                    number=next_number(leg),
                    sounds=hearing.sounds,
                    loops=hearing.loops,
                )
            )
    for bridge, seats in old.bridges.items():
        if bridge not in new.bridges:
            effects.append(EndBridge(bridge=bridge))
        elif bridge not in gaining and new.bridges[bridge] != seats:
            effects.append(BridgeLegs(bridge=bridge, seats=new.bridges[bridge]))
    return effects
