export * from './binary-decoding.ts';
export * from './damages.ts';
export * from './forging.ts';
export * from './refusal.ts';
export * from './sample.ts';
