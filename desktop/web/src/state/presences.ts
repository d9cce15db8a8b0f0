/** The seven statuses, in the order menus show them. */
import type { Presence } from '../protocol/schema'

export const PRESENCES: readonly Presence[] = [
  'available',
  'unavailable',
  'busy',
  'manual_call',
  'break',
  'lunch',
  'leave',
]
