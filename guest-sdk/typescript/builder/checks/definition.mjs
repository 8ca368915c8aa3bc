// The definition itself: that there is one, in the folder of its kind, with a frequency that can be kept.
import { defaultExport, field } from '../definition.mjs';
import { KINDS } from '../project.mjs';
import { property } from '../source.mjs';

const MAKER = { sync: 'createSync', action: 'createAction', event: 'createOnEvent' };

export function definition({ source, entry, definition }, say) {
    if (!entry) return;
    const expected = MAKER[KINDS[entry.folder]];
    if (!definition) {
        const exported = defaultExport(source.program);
        const message = exported ? `the default export is not made by ${expected}` : 'the file has no default export';
        const example = `end the file with \`export default ${expected}({ ... })\`, and import ${expected} from '@syncline/functions' or 'nango'`;
        say.error('no_definition', exported ?? 0, message, example);
        return;
    }
    if (definition.kind !== KINDS[entry.folder]) {
        const right = Object.keys(KINDS).find((folder) => KINDS[folder] === definition.kind);
        say.error('wrong_folder', definition.call, `${MAKER[definition.kind]} in the folder \`${entry.folder}\``, `move the file to ${entry.integration}/${right}, or use ${expected}`);
    }
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(entry.name)) {
        say.error('invalid_name', definition.call, `\`${entry.name}\` cannot be a function's name`, 'rename the file: letters, digits, `_` and `-`, at most 255');
    }
    if (definition.literal && !property(definition.literal, 'exec') && !definition.literal.properties.some((one) => one.type === 'SpreadElement')) {
        say.error('no_exec', definition.call, `the ${definition.kind} has no exec`, 'add `exec: async (nango) => { ... }`');
    }
    frequency({ source, definition }, say);
    const deletes = field(source, definition, 'trackDeletes');
    if (deletes?.type === 'Literal' && deletes.value === true) {
        const at = property(definition.literal, 'trackDeletes');
        say.warning('deprecated', at, 'trackDeletes is deprecated', 'call nango.trackDeletesStart(model) before the first page and nango.trackDeletesEnd(model) after the last');
    }
}

function frequency({ source, definition }, say) {
    const value = definition.kind === 'sync' ? field(source, definition, 'frequency') : null;
    if (value?.type !== 'Literal' || typeof value.value !== 'string') return;
    const text = value.value;
    // A cron expression is the server's to check, which knows the fields and the time zones.
    if (/^\s*(?!every)\S+(\s+\S+){4,5}\s*$/.test(text)) return;
    const seconds = period(text);
    if (seconds === null) {
        say.error('invalid_frequency', value, `\`${text}\` is not a frequency`, 'write for example `every 5m`, `every 2 hours`, `every half day` or a cron expression');
    } else if (seconds < 1 || seconds > 31 * 86_400) {
        say.error('invalid_frequency', value, `\`${text}\` is out of range`, 'a sync runs at most every second and at least every 31 days');
    }
}

const WORDS = { 'quarter hour': 900, 'half hour': 1800, hour: 3600, 'half day': 43_200, day: 86_400, week: 604_800, month: 2_592_000, minute: 60, second: 1 };
const UNITS = [
    [/^(s|secs?|seconds?)$/, 1],
    [/^(m|mins?|minutes?)$/, 60],
    [/^(h|hrs?|hours?)$/, 3600],
    [/^(d|days?)$/, 86_400],
    [/^(w|weeks?)$/, 604_800],
];

/** Seconds, by the grammar of the server; `null` for anything else. */
export function period(text) {
    const words = text.trim().toLowerCase().replace(/^every /, '').trim();
    if (Object.hasOwn(WORDS, words)) return WORDS[words];
    const [, count, unit] = /^(\d+)\s*([a-z]+)$/.exec(words) ?? [];
    const found = UNITS.find(([pattern]) => pattern.test(unit ?? ''));
    return found ? Number(count) * found[1] : null;
}
