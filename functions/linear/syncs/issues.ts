import { createSync } from '@syncline/functions';
import * as z from 'zod';
import { query } from '../graphql.js';
import { ISSUE_FIELDS, LinearIssue, toIssue } from '../issue.js';
import type { Issue } from '../issue.js';

interface Issues {
  issues: { nodes: Issue[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const ISSUES = `query Issues($filter: IssueFilter, $after: String) {
  issues(first: 50, after: $after, filter: $filter, orderBy: updatedAt, includeArchived: true) {
    nodes {${ISSUE_FIELDS}
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

/**
 * Linear lists the latest change first: only when a pass is through, everything before its newest change is saved. Until then the
 * checkpoint keeps the pass's place. Archived and trashed issues come along, and are deleted here.
 */
const sync = createSync({
  description: 'Issues of all teams that the connection sees, only what changed since the last run',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: true,
  scopes: ['read'],
  models: { LinearIssue },
  metadata: z.object({
    /** Keys of teams, as in the identifiers of their issues: `ENG` of `ENG-17`. All teams where absent. */
    teams: z.array(z.string()).optional()
  }),
  checkpoint: z.object({
    since: z.string().optional(),
    /** Where the pass that is under way goes on, and the newest change that it saw. */
    after: z.string().optional(),
    newest: z.string().optional()
  }),

  exec: async (nango) => {
    const { since, after, newest: seen } = (await nango.getCheckpoint()) ?? {};
    const { teams } = await nango.getMetadata();
    const filter = {
      ...(since && { updatedAt: { gte: since } }),
      ...(teams && { team: { key: { in: teams } } })
    };

    let cursor: string | null = after ?? null;
    let newest = seen;
    for (;;) {
      const { issues }: Issues = await query<Issues>(nango, ISSUES, { filter, after: cursor });
      const gone = issues.nodes.filter((issue) => issue.archivedAt !== null || issue.trashed);
      const live = issues.nodes.filter((issue) => !gone.includes(issue));
      await nango.batchSave(live.map(toIssue), 'LinearIssue');
      if (gone.length > 0) {
        await nango.batchDelete(gone.map(({ id }) => ({ id })), 'LinearIssue');
      }
      // The list's first issue is the newest of the pass.
      newest ??= issues.nodes[0]?.updatedAt;
      cursor = issues.pageInfo.endCursor;
      if (!issues.pageInfo.hasNextPage || cursor === null) {
        break;
      }
      await nango.saveCheckpoint({ ...(since && { since }), after: cursor, ...(newest && { newest }) });
    }

    const reached = newest ?? since;
    if (reached) {
      await nango.saveCheckpoint({ since: reached });
    }
  }
});

export default sync;
