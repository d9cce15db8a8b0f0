"""The same request twice is one request: what became of each ref, and which ids are taken."""

import hashlib
import itertools
from collections.abc import Sequence
from typing import Protocol

from store.appending import CommandKey, Known, Outcome
from store.schema.codec import encode
from store.schema.commands import AnyCommand, Envelope, Refusal, Reply, SendMessage, SettleCase
from store.schema.ids import MessageId

# A minute of a very busy site. Older refs are looked up in the store.
REMEMBERED = 50_000


class Ledger(Protocol):
    """Where outcomes and message ids are kept for good."""

    async def known(self, commands: Sequence[CommandKey], said: Sequence[MessageId]) -> Known:
        """Return what became of the commands, and which of the message ids are taken."""
        ...


class Desk:
    """What is known of the commands of one batch, and of the last batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._outcomes: dict[CommandKey, Outcome] = {}
        self._taken: set[MessageId] = set()
        self._fresh: list[Outcome] = []

    async def look_up(self, envelopes: Sequence[Envelope]) -> None:
        """Learn what the store knows of these commands. Call before `answer`."""
        keys = dict.fromkeys((each.actor.id, each.command.ref) for each in envelopes)
        unknown = [key for key in keys if key not in self._outcomes]
        said = [message for each in envelopes if (message := _message(each.command)) is not None]
        known = await self._ledger.known(unknown, said)
        self._outcomes |= known.outcomes
        self._taken = known.messages

    def answer(self, envelope: Envelope, digest: str) -> Reply | None:
        """Return the reply to a command that was carried out before, or None to go on."""
        ref = envelope.command.ref
        outcome = self._outcomes.get((envelope.actor.id, ref))
        if outcome is None:
            return None
        if outcome.digest != digest:
            return Reply(ref=ref, seq=outcome.reply.seq, refusal=Refusal.REF_REUSED)
        return outcome.reply

    def is_taken(self, command: AnyCommand) -> bool:
        """Whether the command's message id belongs to another message."""
        return _message(command) in self._taken

    def keep(self, envelope: Envelope, digest: str, reply: Reply) -> None:
        """Remember what became of a command."""
        key = (envelope.actor.id, envelope.command.ref)
        outcome = Outcome(actor=key[0], ref=key[1], digest=digest, reply=reply)
        self._outcomes[key] = outcome
        self._fresh.append(outcome)
        message = _message(envelope.command)
        if message is not None and reply.refusal is None:
            self._taken.add(message)

    def take_fresh(self) -> tuple[Outcome, ...]:
        """Return the outcomes of this batch, to be stored, and forget the oldest ones."""
        fresh = tuple(self._fresh)
        self._fresh.clear()
        surplus = len(self._outcomes) - REMEMBERED
        for key in list(itertools.islice(self._outcomes, max(0, surplus))):
            del self._outcomes[key]
        return fresh


def digest_of(command: AnyCommand) -> str:
    """Return the SHA-256 of the encoded command, hex."""
    return hashlib.sha256(encode(command)).hexdigest()


def _message(command: AnyCommand) -> MessageId | None:
    """Return the message id that the command would use up."""
    match command:
        case SendMessage():
            return command.message
        case SettleCase() if command.text.strip():
            return command.message
        case _:
            return None
