"""The JSON codecs, made once."""

import msgspec

from store.schema.commands import AnyCommand, Envelope, Reply
from store.schema.events import AnyEvent
from store.schema.frames import AnyInbound, AnyOutbound

encode = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(AnyEvent).decode
decode_events = msgspec.json.Decoder(list[AnyEvent]).decode
decode_command = msgspec.json.Decoder(AnyCommand).decode
decode_envelope = msgspec.json.Decoder(Envelope).decode
decode_reply = msgspec.json.Decoder(Reply).decode
decode_inbound = msgspec.json.Decoder(AnyInbound).decode
decode_outbound = msgspec.json.Decoder(AnyOutbound).decode
