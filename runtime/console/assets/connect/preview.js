// The dashboard's live preview: sample data, and the settings as they are being changed. Nothing is sent anywhere.

import { element } from './dom.js';
import { list } from './list.js';
import { applySettings } from './theme.js';
import { say } from './words.js';

const SAMPLES = ['Atlas CRM', 'Brisk Mail', 'Cedar Files'].map((name) => ({ unique_key: name, provider: name, display_name: name, logo: null }));

/** Shows the list, and repaints with every message of the page around. */
export function showPreview(dialog) {
  let settings = {};
  const show = () => {
    applySettings(settings);
    const { nodes } = list(SAMPLES, { onChoose: () => {}, announce: () => {} });
    const mark = settings.showWatermark === true ? [element('p', { class: 'watermark' }, say('watermark'))] : [];
    dialog.show({ name: 'list', title: say('list_title'), body: [element('p', { class: 'lead' }, say('list_text')), ...nodes], foot: mark });
  };
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.data?.type !== 'settings_changed') return;
    settings = event.data.payload ?? {};
    show();
  });
  show();
  window.parent.postMessage({ type: 'ready' }, '*');
}
