export * from './corpora.js';
