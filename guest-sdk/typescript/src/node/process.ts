/** `process`. */

export const { env, argv, version, versions, platform, cwd, nextTick, hrtime, emitWarning } = globalThis.process;
export default globalThis.process;
