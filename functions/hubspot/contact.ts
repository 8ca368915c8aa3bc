/** HubSpot's contact, and ours. https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
import * as z from 'zod';

export const HubspotContact = z.object({
  id: z.string(),
  email: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  phone: z.string().nullable(),
  company: z.string().nullable(),
  job_title: z.string().nullable(),
  lifecycle_stage: z.string().nullable(),
  owner_id: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Properties that the connection's metadata asks for, by HubSpot's names. */
  properties: z.record(z.string(), z.string().nullable())
});
export type HubspotContact = z.infer<typeof HubspotContact>;

/** HubSpot sends every property as a string, and those that were never set as null. */
export interface Contact {
  id: string;
  properties: Record<string, string | null>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  archivedAt?: string;
}

export const PROPERTIES = [
  'email',
  'firstname',
  'lastname',
  'phone',
  'company',
  'jobtitle',
  'lifecyclestage',
  'hubspot_owner_id',
  'lastmodifieddate'
];

export function toContact(contact: Contact, more: string[]): HubspotContact {
  const property = (name: string) => contact.properties[name] || null;
  return {
    id: contact.id,
    email: property('email'),
    first_name: property('firstname'),
    last_name: property('lastname'),
    phone: property('phone'),
    company: property('company'),
    job_title: property('jobtitle'),
    lifecycle_stage: property('lifecyclestage'),
    owner_id: property('hubspot_owner_id'),
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
    properties: Object.fromEntries(more.map((name) => [name, property(name)]))
  };
}
