/** Notion's page, and ours. https://developers.notion.com/reference/page */
import * as z from 'zod';

export const NotionPage = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  parent_type: z.enum(['database', 'page', 'block', 'workspace']),
  parent_id: z.string().nullable(),
  icon: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string()
});
export type NotionPage = z.infer<typeof NotionPage>;

interface RichText {
  plain_text: string;
}

type Parent =
  | { type: 'database_id'; database_id: string }
  | { type: 'page_id'; page_id: string }
  | { type: 'block_id'; block_id: string }
  | { type: 'workspace'; workspace: true };

type Icon = { type: 'emoji'; emoji: string } | { type: 'external'; external: { url: string } } | { type: 'file'; file: { url: string } };

export interface Page {
  object: 'page';
  id: string;
  created_time: string;
  last_edited_time: string;
  created_by: { id: string };
  last_edited_by: { id: string };
  archived: boolean;
  in_trash?: boolean;
  icon: Icon | null;
  parent: Parent;
  url: string;
  properties: Record<string, { type: string; title?: RichText[] }>;
}

export function toPage(page: Page): NotionPage {
  const [parent_type, parent_id] = parentOf(page.parent);
  return {
    id: page.id,
    title: titleOf(page),
    url: page.url,
    parent_type,
    parent_id,
    icon: iconOf(page.icon),
    created_at: page.created_time,
    created_by: page.created_by.id,
    updated_at: page.last_edited_time,
    updated_by: page.last_edited_by.id
  };
}

/** The property of the type `title` has another name in every database. */
function titleOf(page: Page): string {
  const title = Object.values(page.properties).find((property) => property.type === 'title')?.title ?? [];
  return title.map((part) => part.plain_text).join('');
}

function parentOf(parent: Parent): [NotionPage['parent_type'], string | null] {
  switch (parent.type) {
    case 'database_id':
      return ['database', parent.database_id];
    case 'page_id':
      return ['page', parent.page_id];
    case 'block_id':
      return ['block', parent.block_id];
    case 'workspace':
      return ['workspace', null];
  }
}

/** The link of an uploaded icon ends after an hour: not worth keeping. */
function iconOf(icon: Icon | null): string | null {
  switch (icon?.type) {
    case 'emoji':
      return icon.emoji;
    case 'external':
      return icon.external.url;
    default:
      return null;
  }
}
