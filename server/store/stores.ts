/** The server's stores, as interfaces. Times are in seconds since 1970 UTC. */
export * from './catalog.ts';
export * from './evidence-store.ts';
export * from './flow-store.ts';
export * from './payload-store.ts';
export * from './series-store.ts';
export * from './sketch-store.ts';
export * from './span.ts';
export * from './store-error.ts';
