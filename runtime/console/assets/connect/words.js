// The page's own words, in the reader's language.

import { languages } from './address.js';

const SPOKEN = ['en', 'de', 'fr', 'es'];

/** The first language asked for that we speak; English when there is none. */
export const language = languages.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => SPOKEN.includes(tag)) ?? 'en';

let words = {};

/** Fetches the words; English when theirs cannot be had. */
export async function loadWords() {
  document.documentElement.lang = language;
  const file = (name) => fetch(new URL(`words/${name}.json`, import.meta.url)).then((answer) => (answer.ok ? answer.json() : Promise.reject()));
  words = await file(language).catch(() => file('en'));
}

/** A phrase with its places filled in. */
export function say(key, values = {}) {
  const phrase = words[key] ?? key;
  return phrase.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** A phrase that depends on a number: `key_one` for one, `key` for the others. */
export function sayCount(key, count) {
  return say(count === 1 ? `${key}_one` : key, { count });
}
