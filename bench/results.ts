import { cpus } from 'node:os';
import type { ColdStarts } from './cold-start/measure.ts';
import type { FunctionResult } from './lambda/compare.ts';
import type { Measured } from './measure.ts';

/** The version that the aims compare this one with. */
export const comparedWith = '850adc9';

/** The database calls of one flow. */
type Count = { calls: number; writeUnits: number; readUnits: number };

export type ServerResult = {
  name: string;
  store: 'memory' | 'DynamoDB';
  algorithm: 'ES256' | 'RS256';
  signIn: Measured;
  refresh: Measured;
  counts?: { signIn: Count; refresh: Count } | undefined;
};

/** All results of one run of the bench. */
export type Results = {
  date: string;
  machine: string;
  /** Processes that wanted a processor at the same time, on average over the last quarter of an hour of the run. */
  load: number;
  settings: { rounds: number; seconds: number; connections: number };
  /** Processor milliseconds of one signature. */
  signatureMs: { RS256: number; ES256: number };
  servers: ServerResult[];
  functions: FunctionResult[];
  coldStart: ColdStarts;
};

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node.js ${process.version}`;
