export * from './forging.ts';
export * from './sample.ts';
