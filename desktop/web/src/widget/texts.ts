// What the widget says, in both languages.

import type { Wait } from '../protocol/schema'

export type Language = 'fr' | 'en'

const fr = {
  open: 'Ouvrir la conversation',
  close: 'Fermer',
  title: 'Discuter avec nous',
  loading: 'Connexion…',
  failed: 'Le service ne répond pas. Nouvel essai dans un instant.',
  offline: 'Vous êtes hors ligne : vos messages partiront au retour de la connexion.',
  reconnecting: 'Connexion perdue, reconnexion…',
  describe: 'Décrivez votre demande en quelques mots.',
  write: 'Votre message',
  send: 'Envoyer',
  attach: 'Joindre un fichier',
  pending: 'Envoi…',
  sent: 'Envoyé',
  read: 'Lu',
  refused: 'Non envoyé :',
  queued: 'Vous êtes dans la file. Un conseiller arrive.',
  held: 'Hors horaires : votre demande est gardée.',
  outside: 'Nous sommes fermés. Écrivez-nous : votre demande sera gardée jusqu’à l’ouverture.',
  outside_until: 'Nous sommes fermés et ouvrons {opens}. Votre demande sera gardée jusque-là.',
  shut: 'Ce service est fermé pour le moment. Votre message reste ici : revenez l’envoyer plus tard.',
  again: 'Est-il rouvert ?',
  place: 'Vous êtes {place} dans la file',
  next: 'Vous êtes le prochain',
  about: ' · environ {low} à {high} minutes',
  under: ' · moins de {high} min',
  answering: '{name} vous répond',
  waiting: '{name} attend votre réponse',
  closed: 'Conversation terminée',
  typing: '{name} écrit…',
  new: 'Nouvelle conversation',
  back: 'Revenir au début',
  solved: 'Cela répond à ma question',
  adviser: 'Parler à un conseiller',
  glad: 'Très bien ! Nous restons là si besoin.',
  helps: 'Ceci peut déjà vous aider :',
  survey: 'Comment s’est passé cet échange ?',
  stars: '{note} sur 5',
  comment: 'Un commentaire ? (facultatif)',
  rate: 'Envoyer mon avis',
  thanks: 'Merci pour votre avis.',
  earlier: 'Conversation précédente',
  you: 'Vous',
  service: 'Service',
  too_big: 'Ce fichier dépasse 10 Mo.',
  unread: '{count} non lus',
}
export type Texts = typeof fr
const en: Texts = {
  open: 'Open the chat',
  close: 'Close',
  title: 'Chat with us',
  loading: 'Connecting…',
  failed: 'The service is not answering. Trying again in a moment.',
  offline: 'You are offline: your messages will leave when you are back.',
  reconnecting: 'Connection lost, reconnecting…',
  describe: 'Tell us in a few words what you need.',
  write: 'Your message',
  send: 'Send',
  attach: 'Attach a file',
  pending: 'Sending…',
  sent: 'Sent',
  read: 'Read',
  refused: 'Not sent:',
  queued: 'You are in the queue. An adviser is on the way.',
  held: 'Outside our hours: your request is kept.',
  outside: 'We are closed. Write to us: your request will be kept until we open.',
  outside_until: 'We are closed and open {opens}. Your request will be kept until then.',
  shut: 'This service is closed at the moment. Your message stays here: come back and send it later.',
  again: 'Is it open again?',
  place: 'You are {place} in the queue',
  next: 'You are next',
  about: ' · about {low} to {high} minutes',
  under: ' · less than {high} min',
  answering: '{name} is answering you',
  waiting: '{name} is waiting for your answer',
  closed: 'Conversation ended',
  typing: '{name} is writing…',
  new: 'New conversation',
  back: 'Start again',
  solved: 'This answers my question',
  adviser: 'Talk to an adviser',
  glad: 'Great! We are here if you need us.',
  helps: 'This may already help:',
  survey: 'How did it go?',
  stars: '{note} out of 5',
  comment: 'Any comment? (optional)',
  rate: 'Send my rating',
  thanks: 'Thank you for your rating.',
  earlier: 'Earlier conversation',
  you: 'You',
  service: 'Service',
  too_big: 'This file is larger than 10 MB.',
  unread: '{count} unread',
}
const CATALOGUES: Record<Language, Texts> = { fr, en }

export function textsIn(language: Language): Texts {
  return CATALOGUES[language]
}

/** Where the client is in the queue and, when that is known, for about how long. */
export function waitingText(texts: Texts, wait: Wait | undefined, language: Language): string {
  if (!wait) return texts.queued
  const { place, expected } = wait
  const where = place === 1 ? texts.next : filled(texts.place, { place: ordinal(place, language) })
  if (!expected) return where
  const [low, high] = [expected.low_ms, expected.high_ms].map((ms) => Math.round(ms / 60_000))
  return where + filled(low === 0 ? texts.under : texts.about, { low: low ?? 0, high: high ?? 0 })
}

function ordinal(place: number, language: Language): string {
  if (language === 'fr') return `${place}ᵉ`
  const suffixes: Record<string, string> = { one: 'st', two: 'nd', few: 'rd' }
  const rule = new Intl.PluralRules('en', { type: 'ordinal' }).select(place)
  return `${place}${suffixes[rule] ?? 'th'}`
}

/** Put values in the braces of a text. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}
