// The services to choose from.

import { api } from './address.js';
import { element, icon } from './dom.js';
import { say, sayCount } from './words.js';

/** Fewer can be seen at a glance. */
const SEARCH_FROM = 7;

/** The nodes, and the search field if there is one. */
export function list(integrations, { onChoose, announce }) {
  const rows = integrations.map((integration) => row(integration, onChoose));
  const items = element('ul', { class: 'list' }, rows.map(({ node }) => node));
  if (integrations.length < SEARCH_FROM) return { nodes: [items] };

  const none = element('p', { class: 'aside', hidden: true });
  const search = element('input', { type: 'search', id: 'search', placeholder: say('search'), 'aria-label': say('search'), autocomplete: 'off' });
  search.addEventListener('input', () => {
    const query = folded(search.value);
    const found = rows.filter(({ node, text }) => !(node.hidden = !text.includes(query)));
    none.hidden = found.length > 0;
    none.textContent = say('search_none', { query: search.value.trim() });
    announce(found.length > 0 ? sayCount('search_count', found.length) : none.textContent);
  });
  search.addEventListener('keydown', (event) => {
    const found = rows.filter(({ node }) => !node.hidden);
    if (event.key === 'Enter' && found.length === 1) found[0].control.click();
    if (event.key === 'Escape' && search.value !== '') {
      event.stopPropagation();
      search.value = '';
      search.dispatchEvent(new Event('input'));
    }
  });
  return { nodes: [element('div', { class: 'search' }, icon('search'), search), items, none], first: search };
}

function row(integration, onChoose) {
  const name = integration.display_name;
  const control = element(
    'button',
    { type: 'button', class: 'choice', on: { click: () => choose() } },
    logo(integration),
    element('span', { class: 'name' }, name),
    icon('chevron'),
  );
  let chosen = false;
  const choose = async () => {
    if (chosen) return;
    chosen = true;
    control.classList.add('busy');
    await onChoose(integration);
    control.classList.remove('busy');
    chosen = false;
  };
  return { node: element('li', {}, control), control, text: folded(`${name} ${integration.provider}`) };
}

/** The same letters whatever the case and the accents. */
function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** A provider's picture, from our own server whatever the address says; its initial where there is none. */
export function logo({ provider, logo: address, display_name: name }, size = 'small') {
  const own = URL.canParse(address ?? '') && new URL(address).origin === api.origin;
  const image = element('img', { src: own ? address : new URL(`providers/${encodeURIComponent(provider)}/logo.svg`, api).href, alt: '' });
  const frame = element('span', { class: `logo ${size}`, 'aria-hidden': 'true' }, image);
  image.addEventListener('error', () => frame.replaceChildren([...name.trim()][0]?.toUpperCase() ?? '?'));
  return frame;
}
