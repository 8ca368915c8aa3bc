/** Linear's issue, and ours. https://linear.app/developers/graphql */
import * as z from 'zod';

export const LinearIssue = z.object({
  id: z.string(),
  identifier: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  /** 0: none, 1: urgent, 2: high, 3: medium, 4: low */
  priority: z.number(),
  estimate: z.number().nullable(),
  state: z.string(),
  state_type: z.string(),
  team: z.string(),
  project: z.string().nullable(),
  assignee: z.string().nullable(),
  labels: z.array(z.string()),
  parent_id: z.string().nullable(),
  url: z.string(),
  due_on: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  completed_at: z.string().nullable()
});
export type LinearIssue = z.infer<typeof LinearIssue>;

export interface Issue {
  id: string;
  identifier: string;
  title: string;
  description: string | null;
  priority: number;
  estimate: number | null;
  url: string;
  dueDate: string | null;
  createdAt: string;
  updatedAt: string;
  completedAt: string | null;
  archivedAt: string | null;
  trashed: boolean | null;
  state: { name: string; type: string };
  team: { key: string };
  project: { name: string } | null;
  assignee: { email: string } | null;
  parent: { id: string } | null;
  labels: { nodes: { name: string }[] };
}

/** Every field costs: Linear counts the complexity of queries. */
export const ISSUE_FIELDS = `
  id identifier title description priority estimate url dueDate createdAt updatedAt completedAt archivedAt trashed
  state { name type } team { key } project { name } assignee { email } parent { id } labels { nodes { name } }`;

export function toIssue(issue: Issue): LinearIssue {
  return {
    id: issue.id,
    identifier: issue.identifier,
    title: issue.title,
    description: issue.description,
    priority: issue.priority,
    estimate: issue.estimate,
    state: issue.state.name,
    state_type: issue.state.type,
    team: issue.team.key,
    project: issue.project?.name ?? null,
    assignee: issue.assignee?.email ?? null,
    labels: issue.labels.nodes.map((label) => label.name),
    parent_id: issue.parent?.id ?? null,
    url: issue.url,
    due_on: issue.dueDate,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    completed_at: issue.completedAt
  };
}
