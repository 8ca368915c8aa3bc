/** Stacks as authors want them: their own frames, in their own files. */

import type { Lines, Place } from './lines.js';

/** One frame of the author's. */
export interface Frame extends Place {
    name: string;
}

const MAX_FRAMES = 10;
const FRAME = /^\s*at (?:(.*?) )?\(?[^()]*?:(\d+)(?::(\d+))?\)?$/;

/** The frames of a stack that lie in the author's files, innermost first. */
export function frames(stack: unknown, lines: Lines): Frame[] {
    if (typeof stack !== 'string') {
        return [];
    }
    const found: Frame[] = [];
    for (const text of stack.split('\n')) {
        const match = FRAME.exec(text);
        const place = match && lines.find(Number(match[2]), Number(match[3] ?? 1));
        if (place) {
            found.push({ name: match[1] && match[1] !== '<anonymous>' ? match[1] : 'anonymous', ...place });
            if (found.length === MAX_FRAMES) {
                break;
            }
        }
    }
    return found;
}

/** `exec (github/syncs/issues.ts:12)` */
export function frameText(frame: Frame): string {
    return `${frame.name} (${placeText(frame)})`;
}

/** `github/syncs/issues.ts:12` */
export function placeText(place: Place): string {
    return `${place.file}:${place.line}`;
}
