// Light or dark, and the primary colour of the product that embeds this page.

import { theme as asked } from './address.js';

const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
let settings = {};

/** Applies the session's settings; the address's `theme` wins over its default. */
export function applySettings(given) {
  settings = given ?? {};
  paint();
}

system.addEventListener('change', paint);
paint();

function paint() {
  const wanted = asked ?? settings.defaultTheme ?? 'system';
  const dark = wanted === 'dark' || (wanted !== 'light' && system.matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  const primary = rgb(settings.theme?.[dark ? 'dark' : 'light']?.primary);
  for (const name of ['--primary', '--on-primary', '--accent']) root.style.removeProperty(name);
  if (!primary) return;
  const colour = `rgb(${primary.join(' ')})`;
  root.style.setProperty('--primary', colour);
  // Black and white cannot both fall below 4.5:1 on the same colour.
  root.style.setProperty('--on-primary', contrast(primary, [255, 255, 255]) >= 4.5 ? '#fff' : '#000');
  // Focus rings and marks need 3:1 against the page (WCAG 1.4.11). A colour too faint for that stays on the button.
  const page = rgb(getComputedStyle(root).getPropertyValue('--surface'));
  if (contrast(primary, page) < 3) root.style.setProperty('--accent', 'var(--text)');
}

/** The channels of any colour that the browser knows, or null. */
function rgb(text) {
  if (typeof text !== 'string' || !CSS.supports('color', text.trim())) return null;
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.fillStyle = text.trim();
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return alpha === 255 ? [red, green, blue] : null;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one, other) {
  const luminance = (channels) => {
    const [red, green, blue] = channels.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dim, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}
