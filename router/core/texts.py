"""What the system itself says to a client, in the language of the case."""

from store.schema.terms import Label, Language

WAITING = Label(
    fr="Nous attendons votre réponse. Sans nouvelle de votre part sous 24 heures, la "
    "conversation se fermera d'elle-même ; vous pourrez toujours nous réécrire.",
    en="We are waiting for your answer. Without news from you within 24 hours, this "
    "conversation will close by itself; you can always write to us again.",
)
SILENT = Label(
    fr="Sans réponse de votre part, cette conversation est maintenant fermée. "
    "Écrivez-nous à tout moment pour en ouvrir une nouvelle.",
    en="As we have not heard from you, this conversation is now closed. "
    "Write to us at any time to start a new one.",
)
CLOSED = Label(
    fr="Cette conversation est maintenant terminée. Merci de nous avoir contactés.",
    en="This conversation is now closed. Thank you for contacting us.",
)
HELD = Label(
    fr="Nos conseillers ne sont pas disponibles pour le moment. Votre demande est bien "
    "enregistrée : nous vous répondrons dès la réouverture.",
    en="Our advisers are not available at the moment. Your request is saved: we will answer as "
    "soon as we are open again.",
)
HELD_UNTIL = Label(
    fr="Nos conseillers ne sont pas disponibles pour le moment. Votre demande est bien "
    "enregistrée : nous vous répondrons à partir du {opens}.",
    en="Our advisers are not available at the moment. Your request is saved: we will answer from "
    "{opens}.",
)


def in_language(label: Label, language: Language) -> str:
    """Return the text in the language."""
    return label.fr if language is Language.FR else label.en
