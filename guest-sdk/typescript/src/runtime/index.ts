/** What the builder's entry module imports. */

export { component } from './component.js';
export type { Component, ComponentOptions } from './component.js';
export type { LineTable } from './lines.js';
