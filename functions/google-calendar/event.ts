/** Google's event, and ours. https://developers.google.com/workspace/calendar/api/v3/reference/events */
import * as z from 'zod';

export const GoogleCalendarEvent = z.object({
  /** Invitations carry one id in every calendar: the calendar's goes before it. */
  id: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  status: z.enum(['confirmed', 'tentative']),
  title: z.string().nullable(),
  description: z.string().nullable(),
  location: z.string().nullable(),
  /** A date for events of whole days, else a time with its offset. */
  starts: z.string(),
  ends: z.string(),
  all_day: z.boolean(),
  time_zone: z.string().nullable(),
  organizer: z.string().nullable(),
  attendees: z.array(z.object({ email: z.string(), response: z.string() })),
  recurrence: z.array(z.string()),
  /** Of the series, where this is an exception of one. */
  series_id: z.string().nullable(),
  meeting_url: z.string().nullable(),
  url: z.string().nullable(),
  updated_at: z.string()
});
export type GoogleCalendarEvent = z.infer<typeof GoogleCalendarEvent>;

interface Moment {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

/** A deleted event has its id and the status, and hardly more. */
export interface Event {
  id: string;
  status: 'confirmed' | 'tentative' | 'cancelled';
  summary?: string;
  description?: string;
  location?: string;
  start?: Moment;
  end?: Moment;
  organizer?: { email?: string };
  attendees?: { email?: string; responseStatus: string }[];
  recurrence?: string[];
  recurringEventId?: string;
  hangoutLink?: string;
  htmlLink?: string;
  updated?: string;
}

export function recordId(calendar: string, event: Event): string {
  return `${calendar}:${event.id}`;
}

export function toEvent(calendar: string, event: Event): GoogleCalendarEvent {
  return {
    id: recordId(calendar, event),
    calendar_id: calendar,
    event_id: event.id,
    status: event.status === 'tentative' ? 'tentative' : 'confirmed',
    title: event.summary ?? null,
    description: event.description ?? null,
    location: event.location ?? null,
    starts: event.start?.dateTime ?? event.start?.date ?? '',
    ends: event.end?.dateTime ?? event.end?.date ?? '',
    all_day: event.start?.date !== undefined,
    time_zone: event.start?.timeZone ?? null,
    organizer: event.organizer?.email ?? null,
    attendees: (event.attendees ?? []).map((attendee) => ({ email: attendee.email ?? '', response: attendee.responseStatus })),
    recurrence: event.recurrence ?? [],
    series_id: event.recurringEventId ?? null,
    meeting_url: event.hangoutLink ?? null,
    url: event.htmlLink ?? null,
    updated_at: event.updated ?? ''
  };
}
