/** What libraries ask of `process` before they look further. There is no environment: variables come from `nango.getEnvironmentVariables()`. */

import { define } from './define.js';

define({
    process: {
        env: {},
        argv: [],
        version: '',
        versions: {},
        platform: 'wasi',
        browser: true,
        cwd: () => '/',
        nextTick: (callback: (...values: unknown[]) => void, ...values: unknown[]) => queueMicrotask(() => callback(...values)),
        hrtime: Object.assign(
            (since?: [number, number]) => {
                const now = performance.now();
                const time: [number, number] = [Math.floor(now / 1e3), Math.floor((now % 1e3) * 1e6)];
                return since ? [time[0] - since[0] - (time[1] < since[1] ? 1 : 0), (time[1] - since[1] + 1e9) % 1e9] : time;
            },
            { bigint: () => BigInt(Math.floor(performance.now() * 1e6)) }
        ),
        emitWarning: (warning: unknown) => console.warn(String(warning)),
        on() {
            return this;
        },
        once() {
            return this;
        },
        off() {
            return this;
        }
    },
    global: globalThis
});
