import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Takes one line without its line break. */
export type WriteLine = (line: string) => void;

/** Standard output: CloudWatch Logs when deployed. */
export const standardOutput: WriteLine = (line) => void process.stdout.write(`${line}\n`);

/** One file per day (UTC) in a folder, for local runs. `now` is in epoch seconds. */
export function auditFolder(folder: string, now: () => number): WriteLine {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return (line) => {
    const day = new Date(now() * 1_000).toISOString().slice(0, 10);
    appendFileSync(join(folder, `${day}.jsonl`), `${line}\n`, { mode: 0o600 });
  };
}
