/**
 * Whether a call is running. Modules are evaluated once, while the snapshot is made; there is no host then, and what they computed from
 * time or chance would come again in every run.
 */
export const phase = { running: false };

/** For what cannot be had before the first call. */
export function needsCall(what: string): void {
    if (!phase.running) {
        throw new Error(`${what} was used while the module was loaded, which happens once, at build time: use it inside exec`);
    }
}
