/** Hosts (URL standard, 3): domains, IPv4 and IPv6 addresses. Undefined stands for a failure. */

import { percentDecode, percentEncode, SETS } from './percent.js';

const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\0-\x20"#%/:<>?@[\\\]^`{|}\x7f]/;

export function parseHost(text: string, special: boolean): string | undefined {
    if (text.startsWith('[')) {
        const pieces = text.endsWith(']') ? parseIpv6(text.slice(1, -1)) : undefined;
        return pieces && `[${formatIpv6(pieces)}]`;
    }
    if (!special) {
        return FORBIDDEN_HOST.test(text) ? undefined : percentEncode(text, SETS.control);
    }
    const domain = toAscii(percentDecode(text));
    if (domain === '' || FORBIDDEN_DOMAIN.test(domain)) {
        return undefined;
    }
    return endsInNumber(domain) ? parseIpv4(domain) : domain;
}

/** Without the tables of UTS 46: its mapping is, but for rarities, what lower case and NFKC give. */
function toAscii(domain: string): string {
    if (/^[\0-\x7f]*$/.test(domain)) {
        return domain.toLowerCase();
    }
    return domain
        .toLowerCase()
        .normalize('NFKC')
        .replace(/[\u3002\uff0e\uff61]/g, '.')
        .replace(/[\u00ad\u200b\u2060\ufeff]/g, '')
        .split('.')
        .map((label) => (/^[\0-\x7f]*$/.test(label) ? label : `xn--${punycode(label)}`))
        .join('.');
}

/** RFC 3492, 6.3. */
function punycode(label: string): string {
    const points = Array.from(label, (character) => character.codePointAt(0)!);
    let output = points.filter((point) => point < 128).map((point) => String.fromCharCode(point)).join('');
    let handled = output.length;
    const basic = handled;
    if (basic > 0) {
        output += '-';
    }
    const digit = (value: number) => String.fromCharCode(value < 26 ? value + 97 : value + 22);
    let [next, delta, bias] = [128, 0, 72];
    while (handled < points.length) {
        const least = Math.min(...points.filter((point) => point >= next));
        delta += (least - next) * (handled + 1);
        next = least;
        for (const point of points) {
            if (point < next) {
                delta++;
            }
            if (point !== next) {
                continue;
            }
            let rest = delta;
            for (let k = 36; ; k += 36) {
                const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
                if (rest < threshold) {
                    break;
                }
                output += digit(threshold + ((rest - threshold) % (36 - threshold)));
                rest = Math.floor((rest - threshold) / (36 - threshold));
            }
            output += digit(rest);
            bias = adapt(delta, handled + 1, handled === basic);
            delta = 0;
            handled++;
        }
        delta++;
        next++;
    }
    return output;
}

function adapt(delta: number, points: number, first: boolean): number {
    let rest = first ? Math.floor(delta / 700) : delta >> 1;
    rest += Math.floor(rest / points);
    let k = 0;
    for (; rest > 455; k += 36) {
        rest = Math.floor(rest / 35);
    }
    return k + Math.floor((36 * rest) / (rest + 38));
}

function ipv4Parts(domain: string): string[] {
    const parts = domain.split('.');
    return parts.length > 1 && parts[parts.length - 1] === '' ? parts.slice(0, -1) : parts;
}

function endsInNumber(domain: string): boolean {
    return /^(?:[0-9]+|0x[0-9a-f]*)$/i.test(ipv4Parts(domain).pop() ?? '');
}

function parseIpv4(domain: string): string | undefined {
    const numbers = ipv4Parts(domain).map((part) => {
        if (/^0x[0-9a-f]*$/i.test(part)) {
            return part.length === 2 ? 0 : parseInt(part, 16);
        }
        if (/^0[0-7]+$/.test(part)) {
            return parseInt(part, 8);
        }
        return /^(?:0|[1-9][0-9]*)$/.test(part) ? Number(part) : NaN;
    });
    const last = numbers.pop()!;
    if (numbers.length > 3 || numbers.some((number) => !(number <= 255)) || !(last < 256 ** (4 - numbers.length))) {
        return undefined;
    }
    const address = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function parseIpv6(text: string): number[] | undefined {
    const halves = text.split('::');
    if (halves.length > 2) {
        return undefined;
    }
    const [before, after] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(ipv6Piece)));
    const count = before!.length + (after?.length ?? 0);
    if (after === undefined ? count !== 8 : count > 7) {
        return undefined;
    }
    const pieces = [...before!, ...new Array<number>(8 - count).fill(0), ...(after ?? [])];
    // An IPv4 address stands at the end or nowhere.
    const early = (half: string | undefined, last: boolean) => half?.split(':').some((piece, index, all) => piece.includes('.') && !(last && index === all.length - 1));
    if (early(halves[0], halves.length === 1) || early(halves[1], true)) {
        return undefined;
    }
    return pieces.some(Number.isNaN) ? undefined : pieces;
}

function ipv6Piece(piece: string): number[] {
    if (piece.includes('.')) {
        const numbers = piece.split('.').map((part) => (/^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256 ? Number(part) : NaN));
        return numbers.length === 4 ? [numbers[0]! * 256 + numbers[1]!, numbers[2]! * 256 + numbers[3]!] : [NaN];
    }
    return [/^[0-9a-f]{1,4}$/i.test(piece) ? parseInt(piece, 16) : NaN];
}

/** RFC 5952: the first longest run of zeros is left out. */
function formatIpv6(pieces: number[]): string {
    let [start, length] = [-1, 1];
    for (let index = 0; index < 8; index++) {
        let end = index;
        while (end < 8 && pieces[end] === 0) {
            end++;
        }
        if (end - index > length) {
            [start, length] = [index, end - index];
        }
        index = Math.max(index, end);
    }
    const hex = pieces.map((piece) => piece.toString(16));
    return start === -1 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
