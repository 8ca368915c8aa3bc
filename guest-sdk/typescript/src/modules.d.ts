/** Files of packages that are imported by their path, because the bare name would be Node's own module. */

declare module 'events/events.js' {
    export { EventEmitter as default } from 'node:events';
}
declare module 'readable-stream/lib/ours/browser.js' {
    import stream from 'node:stream';
    export default stream;
}
