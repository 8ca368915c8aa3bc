// The form of one integration: fields, their checks, what went wrong.

import { button, element, icon, webAddress } from './dom.js';
import { cleaned, defect, hasLines, isAsked } from './fields.js';
import { say, sayCount } from './words.js';

/** How long "Copied" stays. */
const COPIED_MS = 2_000;

/**
 * `fields` as `askedFields` gives them, `externalId` to show or null, `guide` the provider's instructions or null, `label` of the button.
 * `onSubmit` gets `{ params, credentials, assertionOption }` once all of it is sound. `announce` speaks.
 */
export class Form {
  #fields;
  #onSubmit;
  #announce;
  #busy = false;
  #problem = element('div', { class: 'problem', role: 'alert', hidden: true });
  #set;

  constructor({ fields, externalId, guide, label, name, onSubmit, announce }) {
    this.#onSubmit = onSubmit;
    this.#announce = announce;
    this.#fields = fields.map((field, index) => new FormField(field, `field-${index}`, guide));
    this.#set = element('div', { class: 'fields' }, externalId && idToCopy(externalId, announce), ...this.#fields.map((field) => field.node));
    this.#set.addEventListener('input', () => this.#hide());
    this.#hide();
    this.label = label;
    this.submitButton = element('button', { type: 'submit', class: 'primary', form: 'form' }, label);
    const help = guide && outward(guide, say('guide', { name }));
    this.node = element('form', { id: 'form', novalidate: true, on: { submit: (event) => this.#submit(event) } }, this.#problem, this.#set, help);
  }

  /** Where typing begins, if there is anything to type. */
  get first() {
    return this.#fields[0]?.input;
  }

  isDirty() {
    return this.#fields.some((field) => field.isDirty());
  }

  /** While the server works nothing can be changed or sent again; the focus stays where it is. */
  set busy(busy) {
    this.#busy = busy;
    this.#set.inert = busy;
    this.submitButton.setAttribute('aria-disabled', String(busy));
    this.submitButton.classList.toggle('busy', busy);
    this.submitButton.textContent = busy ? say('connecting') : this.label;
    if (busy) this.#announce(say('connecting'));
  }

  /** Says above the fields why it did not work, and marks those that the server named. */
  showProblem({ title, text, details, names = [] }) {
    this.#problem.replaceChildren(icon('warning'), element('div', {}, title && element('strong', {}, title), element('p', {}, text), details));
    this.#problem.hidden = false;
    const named = this.#fields.filter((field) => names.includes(field.name));
    for (const field of named) field.show(['check_pattern']);
    (named[0] ?? this.#fields[0])?.input.focus({ preventScroll: true });
    this.#problem.parentElement.parentElement.scrollTop = 0;
  }

  /** Some fields are asked for only while another has a certain value. */
  #hide() {
    const values = Object.fromEntries(this.#fields.map((field) => [field.name, field.value]));
    for (const field of this.#fields) field.node.hidden = !field.isAsked(values);
  }

  #submit(event) {
    event.preventDefault();
    if (this.#busy) return;
    this.#problem.hidden = true;
    const asked = this.#fields.filter((field) => !field.node.hidden);
    const wrong = asked.filter((field) => !field.check());
    if (wrong.length > 0) {
      wrong[0].input.focus();
      this.#announce(sayCount('check_summary', wrong.length));
      return;
    }
    const values = { params: {}, credentials: {}, assertionOption: {} };
    for (const field of asked) {
      if (field.value !== '') values[field.group][field.name] = field.value;
    }
    this.#onSubmit(values);
  }
}

/** One field. It is checked when the form is sent, from then on with every change. */
class FormField {
  #field;
  #start;
  #checked = false;
  #defect;

  constructor(field, id, guide) {
    this.#field = field;
    const title = field.title || (field.word ? say(field.word) : field.name);
    this.#defect = element('p', { class: 'defect', id: `${id}-defect`, 'aria-live': 'polite' });
    const link = field.doc_section && guide && outward(`${guide.split('#')[0]}#${field.doc_section}`, say('where'));
    const hasHelp = Boolean(field.description || link);
    const help = hasHelp && element('p', { class: 'help', id: `${id}-help` }, field.description || null, field.description && link ? ' ' : null, link);
    this.input = inputFor(field, {
      id,
      name: field.name,
      'aria-describedby': `${hasHelp ? `${id}-help ` : ''}${id}-defect`,
      'aria-required': field.optional ? null : 'true',
      placeholder: field.example ?? null,
      autocomplete: field.secret ? 'new-password' : 'off',
      autocapitalize: 'none',
      autocorrect: 'off',
      spellcheck: 'false',
    });
    this.#start = this.input.value;
    this.input.addEventListener('input', () => this.#checked && this.check());
    // What was pasted with its decoration is shown as it will be sent.
    this.input.addEventListener('change', () => this.input.value !== this.value && (this.input.value = this.value));
    const control = element(
      'div',
      { class: 'control' },
      field.prefix && element('span', { class: 'beside', 'aria-hidden': 'true' }, field.prefix),
      this.input,
      field.suffix && element('span', { class: 'beside', 'aria-hidden': 'true' }, field.suffix),
      field.secret && toggle(this.input, title),
    );
    // The frame belongs to the control, so a click on the prefix means the field, too.
    control.addEventListener('click', (event) => event.target.classList.contains('beside') && this.input.focus());
    const optional = field.optional && element('span', { class: 'optional' }, say('optional'));
    this.node = element('div', { class: 'field' }, element('label', { for: id }, title, ' ', optional), help, control, this.#defect);
  }

  get name() {
    return this.#field.name;
  }

  get group() {
    return this.#field.group;
  }

  get value() {
    return cleaned(this.#field, this.input.value);
  }

  isAsked(values) {
    return isAsked(this.#field, values);
  }

  isDirty() {
    return this.input.value !== this.#start;
  }

  /** Shows what is wrong, or that nothing is. */
  check() {
    this.#checked = true;
    return this.show(defect(this.#field, this.value));
  }

  show(wrong) {
    const text = wrong ? say(...wrong) : '';
    // Unchanged text is left alone, or it would be read out with every key.
    if (this.#defect.textContent !== text) this.#defect.textContent = text;
    if (wrong) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
    return !wrong;
  }
}

function inputFor(field, attributes) {
  const start = field.default_value ?? '';
  if (field.options.length > 0) {
    const { placeholder, autocomplete, autocapitalize, autocorrect, spellcheck, ...kept } = attributes;
    const none = element('option', { value: '', disabled: !field.optional }, say('choose'));
    const options = field.options.map((value) => element('option', { value }, value));
    const select = element('select', kept, start && !field.optional ? null : none, ...options);
    select.value = start;
    return select;
  }
  const input = hasLines(field)
    ? element('textarea', { ...attributes, rows: '4', class: field.secret ? 'masked' : null })
    : element('input', { ...attributes, type: field.secret ? 'password' : typeFor(field) });
  input.value = start;
  return input;
}

/** Only for the keyboard of a phone: the checks are ours. */
function typeFor({ format, prefix }) {
  if (format === 'email') return 'email';
  return format === 'uri' && !prefix ? 'url' : 'text';
}

function toggle(input, title) {
  const label = (shown) => say(shown ? 'hide' : 'show', { field: title });
  const control = button('eye', icon('eye'), () => {
    const shown = input.tagName === 'TEXTAREA' ? !input.classList.toggle('masked') : input.type === 'password';
    if (input.tagName !== 'TEXTAREA') input.type = shown ? 'text' : 'password';
    control.replaceChildren(icon(shown ? 'eyeOff' : 'eye'));
    control.setAttribute('aria-label', label(shown));
  });
  control.setAttribute('aria-label', label(false));
  return control;
}

/** A value of ours that the person needs elsewhere. */
function idToCopy(value, announce) {
  const input = element('input', { id: 'external-id', type: 'text', readonly: true, 'aria-describedby': 'external-id-help' });
  input.value = value;
  const copy = button('copy', [icon('copy'), element('span', {}, say('copy'))], async () => {
    input.select();
    // Without the permission, or without TLS, the value is selected at least.
    await navigator.clipboard?.writeText(value).catch(() => {});
    copy.lastChild.textContent = say('copied');
    announce(say('copied'));
    setTimeout(() => (copy.lastChild.textContent = say('copy')), COPIED_MS);
  });
  return element(
    'div',
    { class: 'field' },
    element('label', { for: 'external-id' }, say('external_id')),
    element('p', { class: 'help', id: 'external-id-help' }, say('external_id_text')),
    element('div', { class: 'control' }, input, copy),
  );
}

/** A link to somewhere else, or plain nothing when it is no web address. */
function outward(address, text) {
  const href = webAddress(address);
  if (href === null) return null;
  const hint = element('span', { class: 'unseen' }, ` (${say('new_tab')})`);
  return element('a', { class: 'outward', href, target: '_blank', rel: 'noopener noreferrer' }, text, icon('external'), hint);
}
