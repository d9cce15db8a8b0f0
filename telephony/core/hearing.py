"""The rule of who hears what, from where everybody is in a call."""

from store.schema.calls import LegRole, SupervisionMode
from store.schema.ids import BridgeId, LegId
from telephony.core.effects import Cue, Seat, Side, Sound, Voice
from telephony.core.picture import Hearing, Picture
from telephony.core.state import CallState, Leg
from telephony.core.transitions import Consent, LegState, Phase, Recorder

# The agents of a call are apart from its client in these.
_APART = frozenset({Phase.HELD, Phase.CONSULTING, Phase.NOTIFYING})
_VOICES = {
    SupervisionMode.LISTEN: Voice.NOBODY,
    SupervisionMode.WHISPER: Voice.AGENTS,
    SupervisionMode.JOIN: Voice.ALL,
}
_DONE = frozenset({Recorder.FAILED, Recorder.CLOSED})
_MUSIC = (Sound(cue=Cue.MUSIC),)


def picture_of(state: CallState) -> Picture:
    """Return what everybody is to hear now."""
    client = state.client
    here = [leg for leg in state.living if _has_media(leg)]
    together = [leg for leg in here if leg.role is not LegRole.CLIENT]
    alone: list[Leg] = []
    if client in here and client is not None:
        if state.phase in _APART:
            alone.append(client)
        else:
            together.insert(0, client)
    bridges: dict[BridgeId, tuple[Seat, ...]] = {}
    if _is_conversation(together):
        bridges[_name_of(state)] = tuple(_seat(leg) for leg in together)
    else:
        alone += together
    return Picture(
        bridges=bridges,
        sounds={leg.leg: _hearing(state, leg) for leg in alone},
        taps=_taps(state, [] if not bridges else together),
    )


def _has_media(leg: Leg) -> bool:
    return leg.state in {LegState.UP, LegState.EARLY} and not (
        # What a colleague's desktop sends before its agent answers is nobody's business.
        leg.state is LegState.EARLY and leg.role is not LegRole.CLIENT
    )


def _is_full(leg: Leg) -> bool:
    return leg.role is not LegRole.SUPERVISOR or leg.mode is SupervisionMode.JOIN


def _is_conversation(legs: list[Leg]) -> bool:
    """Whether these legs are company: a listener is none, one who whispers is an agent's."""
    full = [leg for leg in legs if _is_full(leg)]
    if len(full) != 1:
        return len(full) > 1
    return full[0].role is LegRole.AGENT and any(
        leg.mode is SupervisionMode.WHISPER for leg in legs if not _is_full(leg)
    )


def _name_of(state: CallState) -> BridgeId:
    """Name the bridge after who is in it, so that a change of company is a change of bridge."""
    side = "side" if state.phase in _APART else "main"
    return BridgeId(f"bridge_{state.call.removeprefix('call_')}-{side}")


def _seat(leg: Leg) -> Seat:
    voice = _VOICES[leg.mode] if leg.role is LegRole.SUPERVISOR else Voice.ALL
    return Seat(leg=leg.leg, role=leg.role, voice=Voice.NOBODY if leg.is_muted else voice)


def _hearing(state: CallState, leg: Leg) -> Hearing:
    if leg.role is LegRole.CLIENT:
        return Hearing(sounds=state.prompt, loops=False) if state.prompt else Hearing(sounds=_MUSIC)
    return Hearing(sounds=(Sound(cue=_cue(state)),))


def _cue(state: CallState) -> Cue:
    """Return what a member of staff hears who is with nobody."""
    if state.phase is Phase.REACHING_CLIENT:
        client = state.client
        is_ringing = client is not None and client.state is LegState.RINGING
        return Cue.RINGBACK if is_ringing else Cue.CALLING
    if state.phase is Phase.CONSULTING:
        return Cue.CALLING
    return Cue.STANDING_BY


def _taps(state: CallState, legs: list[Leg]) -> dict[LegId, Side]:
    """Return what is kept: the conversation with a client, who is told only once answered."""
    client = state.client
    if client is None or client not in legs:
        return {}
    if state.consent is not Consent.TOLD or state.recorder in _DONE:
        return {}
    return {leg.leg: Side.CLIENT if leg is client else Side.AGENT for leg in legs if _is_full(leg)}
