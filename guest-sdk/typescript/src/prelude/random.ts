/** `crypto`, and a `Math.random` that differs from run to run: QuickJS' own was seeded before the snapshot. */

import { define } from './define.js';
import { phase } from './phase.js';
import { CryptoKey, randomBytes, webcrypto } from './webcrypto.js';

/** xoshiro128**, seeded by the host when the first number is asked for. */
let state: Uint32Array | undefined;
const frozen = Math.random;

function next(): number {
    const s = state!;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
}

Math.random = () => {
    if (!phase.running) {
        // Libraries name things by it while they load; that those names come again is no harm.
        return frozen();
    }
    state ??= new Uint32Array(randomBytes(16, 'Math.random').buffer as ArrayBuffer);
    return ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
};

define({ crypto: webcrypto, CryptoKey });
