// The frame around every screen: a dialog over the embedding page, or a page of its own behind a shared link.

import { embedded } from './address.js';
import { button, element, icon } from './dom.js';
import { say } from './words.js';

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

/** Shows one screen at a time. `onLeave` is called when the person closes the dialog and means it. */
export class Dialog {
  #screen = null;
  #question = null;
  #bar = element('header', { class: 'bar' });
  #content = element('div', { class: 'content' });
  #foot = element('footer', { class: 'foot' });
  // Read out as it changes; what is shown for the eye says the same elsewhere.
  #voice = element('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  #card;
  #onLeave;

  constructor({ onLeave }) {
    this.#onLeave = onLeave;
    const role = embedded ? { role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title' } : {};
    this.#card = element(embedded ? 'section' : 'main', { class: 'card', ...role }, this.#bar, this.#content, this.#foot, this.#voice);
    const backdrop = element('div', { class: 'backdrop' }, this.#card);
    document.documentElement.dataset.mode = embedded ? 'embedded' : 'page';
    document.body.replaceChildren(backdrop);
    if (embedded) {
      // Pressed and released outside: marking text and letting go beside the card is no wish to leave.
      let outside = false;
      backdrop.addEventListener('pointerdown', (event) => (outside = event.target === backdrop));
      backdrop.addEventListener('click', (event) => outside && event.target === backdrop && this.leave());
    }
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /**
   * `{ title, name, body, foot, focus, isDirty, back }`: nodes for the body and the foot; `focus` is the element to start at (the title
   * otherwise); `isDirty` tells whether leaving would lose anything; `back` shows an arrow; `name` is for styles and tests.
   */
  show(screen) {
    this.#screen = screen;
    this.#question?.remove();
    this.#question = null;
    this.#setInert(false);
    const back = screen.back && button('round', icon('arrow'), () => this.#unlessDirty(screen.back), { 'aria-label': say('back') });
    const close = embedded && button('round close', icon('close'), () => this.leave(), { 'aria-label': say('close') });
    const title = element('h1', { id: 'title', tabindex: '-1' }, screen.title);
    this.#card.dataset.screen = screen.name;
    this.#card.dataset.layout = screen.name === 'list' || screen.name === 'form' ? 'task' : 'message';
    this.#bar.replaceChildren(...[back, close].filter(Boolean));
    this.#content.replaceChildren(element('div', { class: 'head' }, screen.mark, title), ...screen.body.filter(Boolean));
    this.#foot.replaceChildren(...(screen.foot ?? []).filter(Boolean));
    this.#content.scrollTop = 0;
    document.title = screen.title;
    (screen.focus ?? title).focus({ preventScroll: screen.focus === undefined });
  }

  /** Says something to those who listen instead of looking. */
  announce(text) {
    this.#voice.textContent = '';
    // Emptied first, or the same words twice would be no change.
    requestAnimationFrame(() => (this.#voice.textContent = text));
  }

  /** Closes, after a question if something would be lost. */
  leave() {
    if (embedded) this.#unlessDirty(this.#onLeave);
  }

  #unlessDirty(go) {
    if (this.#question !== null) return;
    if (!this.#screen?.isDirty?.()) return go();
    const before = document.activeElement;
    const stay = () => {
      this.#question.remove();
      this.#question = null;
      this.#setInert(false);
      before?.focus?.();
    };
    const first = button('primary', say('leave_stay'), stay);
    const box = element(
      'div',
      { class: 'question', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': 'question', 'aria-describedby': 'question-text' },
      element('h2', { id: 'question' }, say('leave_title')),
      element('p', { id: 'question-text' }, say('leave_text')),
      element('div', { class: 'row' }, button('quiet', say('leave_leave'), () => go()), first),
    );
    this.#question = element('div', { class: 'veil' }, box);
    this.#question.stay = stay;
    this.#setInert(true);
    this.#card.append(this.#question);
    first.focus();
  }

  #setInert(inert) {
    for (const part of [this.#bar, this.#content, this.#foot]) part.inert = inert;
  }

  #key(event) {
    if (event.key === 'Escape' && !event.isComposing) {
      event.preventDefault();
      if (this.#question) this.#question.stay();
      else this.leave();
    } else if (event.key === 'Tab' && embedded) {
      this.#keepInside(event);
    }
  }

  /** The tab key goes round within the dialog. */
  #keepInside(event) {
    const all = [...(this.#question ?? this.#card).querySelectorAll(FOCUSABLE)];
    const reachable = all.filter((node) => !node.closest('[inert]') && !node.disabled && node.checkVisibility?.() !== false);
    if (reachable.length === 0) return event.preventDefault();
    const [first, last] = [reachable[0], reachable.at(-1)];
    const now = document.activeElement;
    const inside = reachable.includes(now);
    if (event.shiftKey && (now === first || !inside)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && now === last) {
      event.preventDefault();
      first.focus();
    }
  }
}
