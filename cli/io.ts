import { text } from 'node:stream/consumers';

/** What a command sees of the process it runs in. */
export type Io = {
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** Standard input, to its end. */
  readInput: () => Promise<string>;
  env: Readonly<Record<string, string | undefined>>;
  /** Epoch seconds. */
  now: () => number;
};

export function processIo(): Io {
  // Whoever reads our output may stop early, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    write: (output) => void process.stdout.write(output),
    writeError: (output) => void process.stderr.write(output),
    readInput: () => text(process.stdin),
    env: process.env,
    now: () => Math.floor(Date.now() / 1_000),
  };
}
