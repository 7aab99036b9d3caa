export { applicationPath } from './application-path.ts';
export { emptyConfig } from './entries.ts';
export { loadConfig } from './load.ts';
export type { ConfigFile, Failed, LoadedConfig, LoadOptions } from './load.ts';
export { mergeWithLastGood } from './merge.ts';
export type { MergedConfig, Retained } from './merge.ts';
export type { ConfigProblem } from './problem.ts';
export { readConfigFiles } from './read.ts';
export type { ConfigFiles } from './read.ts';
