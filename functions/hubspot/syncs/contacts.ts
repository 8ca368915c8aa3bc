import { createSync } from '@syncline/functions';
import * as z from 'zod';
import { HubspotContact, PROPERTIES, toContact } from '../contact.js';
import type { Contact } from '../contact.js';

/** A search shows no more than this; what follows needs another search. */
const SEARCH_WINDOW = 10_000;
const PAGE = 100;

/**
 * The first run lists all contacts, page by page. From then on the search gives what changed, oldest change first, so that the
 * checkpoint moves on with every page, and the list of archived contacts gives what was deleted.
 */
const sync = createSync({
  description: "The account's contacts, only what changed since the last run",
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: true,
  scopes: ['crm.objects.contacts.read'],
  models: { HubspotContact },
  metadata: z.object({
    /** Further properties to keep, by HubSpot's internal names. */
    properties: z.array(z.string()).optional()
  }),
  checkpoint: z.object({
    /** While the first run lists: where it goes on, and when it began. */
    after: z.string().optional(),
    /** Every change before this time is saved. */
    updated_since: z.string().optional(),
    /** Every contact that was archived before this time is deleted. */
    archived_since: z.string().optional()
  }),

  exec: async (nango) => {
    const began = new Date().toISOString();
    const more = (await nango.getMetadata()).properties ?? [];
    const checkpoint = (await nango.getCheckpoint()) ?? {};

    if (!checkpoint.archived_since) {
      // What changes while the list is read comes with the next run, once more or for the first time.
      const since = checkpoint.updated_since ?? began;
      await listAll(nango, more, checkpoint.after, (after) => nango.saveCheckpoint({ after, updated_since: since }));
      await nango.saveCheckpoint({ updated_since: since, archived_since: since });
      return;
    }
    let since = checkpoint.updated_since ?? checkpoint.archived_since;
    for (;;) {
      const { seen, last } = await searchChanges(nango, more, since, (updated_since) => nango.saveCheckpoint({ ...checkpoint, updated_since }));
      if (seen >= SEARCH_WINDOW && last === since) {
        throw new Error(`More than ${SEARCH_WINDOW} contacts changed at ${since}, and HubSpot shows no more of them: reset this sync to list all contacts anew`);
      }
      since = last;
      if (seen < SEARCH_WINDOW) {
        break;
      }
    }
    await deleteArchived(nango, checkpoint.archived_since);
    await nango.saveCheckpoint({ updated_since: since, archived_since: began });
  }
});

type Sync = Parameters<(typeof sync)['exec']>[0];

async function listAll(nango: Sync, more: string[], after: string | undefined, reached: (after: string) => Promise<unknown>): Promise<void> {
  const pages = nango.paginate<Contact>({
    endpoint: '/crm/v3/objects/contacts',
    params: { properties: [...PROPERTIES, ...more].join(','), ...(after && { after }) },
    paginate: {
      limit: PAGE,
      on_page: async ({ nextPageParam }) => {
        if (nextPageParam) {
          await reached(String(nextPageParam));
        }
      }
    },
    retries: 10
  });
  for await (const page of pages) {
    await nango.batchSave(page.map((contact) => toContact(contact, more)), 'HubspotContact');
  }
}

async function searchChanges(
  nango: Sync,
  more: string[],
  since: string,
  reached: (updated: string) => Promise<unknown>
): Promise<{ seen: number; last: string }> {
  let [seen, last] = [0, since];
  const pages = nango.paginate<Contact>({
    method: 'POST',
    endpoint: '/crm/v3/objects/contacts/search',
    data: {
      filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(Date.parse(since)) }] }],
      sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
      properties: [...PROPERTIES, ...more]
    },
    paginate: { limit: PAGE },
    // The search allows five requests a second, less than everything else.
    retries: 10
  });
  for await (const page of pages) {
    await nango.batchSave(page.map((contact) => toContact(contact, more)), 'HubspotContact');
    seen += page.length;
    last = page.at(-1)?.updatedAt ?? last;
    await reached(last);
    // Asking for a page beyond the window is an error.
    if (seen >= SEARCH_WINDOW) {
      break;
    }
  }
  return { seen, last };
}

async function deleteArchived(nango: Sync, since: string): Promise<void> {
  const pages = nango.paginate<Contact>({
    endpoint: '/crm/v3/objects/contacts',
    params: { archived: 'true', properties: 'email' },
    paginate: { limit: PAGE },
    retries: 10
  });
  for await (const page of pages) {
    const gone = page.filter((contact) => (contact.archivedAt ?? contact.updatedAt) >= since);
    if (gone.length > 0) {
      await nango.batchDelete(gone.map(({ id }) => ({ id })), 'HubspotContact');
    }
  }
}

export default sync;
