import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Writes one line, given without its line break. */
export type WriteLine = (line: string) => void;

/** Writes to standard output, which goes to CloudWatch Logs when deployed. */
export const standardOutput: WriteLine = (line) => void process.stdout.write(`${line}\n`);

/** Writes one file per day (UTC) into a folder, for local runs. `now` returns epoch seconds. */
export function auditFolder(folder: string, now: () => number): WriteLine {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return (line) => {
    const day = new Date(now() * 1_000).toISOString().slice(0, 10);
    appendFileSync(join(folder, `${day}.jsonl`), `${line}\n`, { mode: 0o600 });
  };
}
