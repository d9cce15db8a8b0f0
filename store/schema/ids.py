"""Names of things: a kind prefix, then a UUIDv7 (RFC 9562) or an administrator's short word."""

from typing import Annotated, NewType

from msgspec import Meta

SiteId = NewType("SiteId", str)
CaseId = NewType("CaseId", str)
ClientId = NewType("ClientId", str)
AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
SkillId = NewType("SkillId", str)
OfferId = NewType("OfferId", str)
MessageId = NewType("MessageId", str)
NoteId = NewType("NoteId", str)
FileId = NewType("FileId", str)
MacroId = NewType("MacroId", str)
TemplateId = NewType("TemplateId", str)
ArticleId = NewType("ArticleId", str)
CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)

# What a stranger may put in a command. Events are read back with the plain types: a log that
# was accepted once must be readable for ever, whatever the rules of its day.
_TAIL = "[A-Za-z0-9-]{1,40}$"
CheckedCaseId = Annotated[CaseId, Meta(pattern=f"^case_{_TAIL}")]
CheckedClientId = Annotated[ClientId, Meta(pattern=f"^client_{_TAIL}")]
CheckedAgentId = Annotated[AgentId, Meta(pattern=f"^agent_{_TAIL}")]
CheckedQueueId = Annotated[QueueId, Meta(pattern=f"^queue_{_TAIL}")]
CheckedOfferId = Annotated[OfferId, Meta(pattern=f"^offer_{_TAIL}")]
CheckedMessageId = Annotated[MessageId, Meta(pattern=f"^message_{_TAIL}")]
CheckedNoteId = Annotated[NoteId, Meta(pattern=f"^note_{_TAIL}")]
CheckedFileId = Annotated[FileId, Meta(pattern=f"^file_{_TAIL}")]
CheckedMacroId = Annotated[MacroId, Meta(pattern=f"^macro_{_TAIL}")]
CheckedCallId = Annotated[CallId, Meta(pattern=f"^call_{_TAIL}")]
CheckedLegId = Annotated[LegId, Meta(pattern=f"^leg_{_TAIL}")]
Ref = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
