// Elements out of plain values. Text stays text: nothing here reads markup.

/** An element. `on` holds listeners; true and false set or leave out an attribute; children are nodes, texts or nothing. */
export function element(tag, { on = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  arrow: 'M19 12H5m6-6-6 6 6 6',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm9 6 6 6-6 6',
  close: 'm6 6 12 12M18 6 6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  external: 'M14 5h5v5m0-5-8 8M11 6H6v12h12v-5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  eyeOff: 'm4 4 16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.6 3.3M6.3 7.5A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.2-1',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z',
  plug: 'M9 3v5m6-5v5M7 8h10v4a5 5 0 0 1-10 0zm5 9v4',
  search: 'M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zm9 15-4.7-4.7',
  warning: 'M12 8v5m0 3.5v.1M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0z',
  window: 'M4 5h16v14H4zM4 9.5h16',
};

/** One of our line drawings, on a grid of 24 by 24. Decoration only: what it means is said beside it. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that submits nothing by itself. */
export function button(kind, label, click, attributes = {}) {
  return element('button', { type: 'button', class: kind, on: { click }, ...attributes }, label);
}

/** An address out of the catalogue or the session as a link's target: https, http, or no link at all. */
export function webAddress(text) {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null;
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null;
}
