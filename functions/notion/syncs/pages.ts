import { createSync } from '@syncline/functions';
import * as z from 'zod';
import { NotionPage, toPage } from '../page.js';
import type { Page } from '../page.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Notion's search is the one list of everything that was shared with the connection. It has no filter by time, but an order: the
 * latest edit first, so that a run reads until it meets what it knows. Neither trashed pages nor those whose sharing ended are
 * in it; once a day a run reads all of it, and deletes what it did not see.
 */
const sync = createSync({
  description: 'The pages that were shared with the connection, also those in databases',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: true,
  models: { NotionPage },
  checkpoint: z.object({
    /** The latest edit that is saved. */
    edited: z.string().optional(),
    /** When the last run began that read everything. */
    complete: z.string().optional()
  }),

  exec: async (nango) => {
    const { edited, complete } = (await nango.getCheckpoint()) ?? {};
    const began = new Date();
    const readsAll = !edited || !complete || began.getTime() - Date.parse(complete) >= DAY_MS;

    if (readsAll) {
      await nango.trackDeletesStart('NotionPage');
    }
    let latest = edited;
    const pages = nango.paginate<Page>({
      method: 'POST',
      endpoint: '/v1/search',
      data: {
        filter: { property: 'object', value: 'page' },
        sort: { direction: 'descending', timestamp: 'last_edited_time' }
      },
      paginate: { limit: 100 },
      retries: 10
    });
    for await (const page of pages) {
      // Times are whole minutes: an edit in the minute of the last one known may be new.
      const fresh = readsAll ? page : page.filter((found) => found.last_edited_time >= edited);
      await nango.batchSave(fresh.map(toPage), 'NotionPage');
      latest = [latest, ...fresh.map((found) => found.last_edited_time)].filter((time) => time !== undefined).sort().at(-1);
      if (fresh.length < page.length) {
        break;
      }
    }
    if (readsAll) {
      const { deletedKeys } = await nango.trackDeletesEnd('NotionPage');
      await nango.log('All pages were read', { deleted: deletedKeys.length });
    }

    await nango.saveCheckpoint({
      ...(latest && { edited: latest }),
      complete: readsAll ? began.toISOString() : complete
    });
  }
});

export default sync;
