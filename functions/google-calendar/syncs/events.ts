import { createSync } from '@syncline/functions';
import * as z from 'zod';
import { GoogleCalendarEvent, recordId, toEvent } from '../event.js';
import type { Event } from '../event.js';

/** A checkpoint has room for sixteen fields, and each calendar's token is one. */
const MOST_CALENDARS = 16;

/**
 * Google gives a sync token with the last page of a list; the next run sends it and gets what changed since, deletions included.
 * A token that Google no longer knows is answered with 410: then all calendars are read anew, and what is gone is deleted.
 * https://developers.google.com/workspace/calendar/api/guides/sync
 */
const sync = createSync({
  description: "Events of the connection's calendars, only what changed since the last run",
  version: '1.0.0',
  frequency: 'every 15 minutes',
  autoStart: true,
  scopes: ['https://www.googleapis.com/auth/calendar.events.readonly'],
  models: { GoogleCalendarEvent },
  metadata: z.object({
    /** Ids of calendars, `primary` where absent. At most sixteen. */
    calendars: z.array(z.string()).max(MOST_CALENDARS).optional()
  }),
  /** Calendar to sync token. */
  checkpoint: z.object({}).catchall(z.string()),

  exec: async (nango) => {
    const calendars = (await nango.getMetadata()).calendars ?? ['primary'];
    let tokens: Record<string, string> = (await nango.getCheckpoint()) ?? {};

    if (calendars.some((calendar) => tokens[calendar])) {
      try {
        for (const calendar of calendars) {
          tokens = { ...tokens, [calendar]: await readCalendar(nango, calendar, tokens[calendar]) };
          await nango.saveCheckpoint(tokens);
        }
        return;
      } catch (error: any) {
        if (error.response?.status !== 410) {
          throw error;
        }
        await nango.log('Google no longer knows the sync token: all events are read anew', {}, { level: 'warn' });
        await nango.clearCheckpoint();
      }
    }

    // All calendars together: one model cannot be tracked calendar by calendar.
    await nango.trackDeletesStart('GoogleCalendarEvent');
    const fresh: Record<string, string> = {};
    for (const calendar of calendars) {
      fresh[calendar] = await readCalendar(nango, calendar, undefined);
    }
    await nango.trackDeletesEnd('GoogleCalendarEvent');
    await nango.saveCheckpoint(fresh);
  }
});

type Sync = Parameters<(typeof sync)['exec']>[0];

interface Events {
  items?: Event[];
  nextPageToken?: string;
  nextSyncToken?: string;
}

/**
 * Reads all of it, or what changed since the token; the next token. Page by page by hand: where nothing changed, the one page is
 * empty, and `paginate` ends before an empty page, but the new token stands on it.
 */
async function readCalendar(nango: Sync, calendar: string, token: string | undefined): Promise<string> {
  let pageToken: string | undefined;
  for (;;) {
    const { data: page } = await nango.get<Events>({
      endpoint: `/calendars/${encodeURIComponent(calendar)}/events`,
      params: { maxResults: 250, ...(token && { syncToken: token }), ...(pageToken && { pageToken }) },
      retries: 5
    });
    const events = page.items ?? [];
    const gone = events.filter((event) => event.status === 'cancelled');
    const live = events.filter((event) => event.status !== 'cancelled');
    await nango.batchSave(live.map((event) => toEvent(calendar, event)), 'GoogleCalendarEvent');
    if (gone.length > 0) {
      await nango.batchDelete(gone.map((event) => ({ id: recordId(calendar, event) })), 'GoogleCalendarEvent');
    }
    if (page.nextSyncToken) {
      return page.nextSyncToken;
    }
    if (!page.nextPageToken) {
      throw new Error(`Google gave neither another page nor a sync token for the calendar ${calendar}`);
    }
    pageToken = page.nextPageToken;
  }
}

export default sync;
