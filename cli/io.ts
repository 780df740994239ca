import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { textOf } from './text-of.ts';

/** The process as commands see it. */
export type Io = {
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** Reads standard input to its end. Fails for another encoding than UTF-8. */
  readInput: () => Promise<string>;
  /** Asks for input that is not echoed. Absent when nobody is at the terminal. */
  askSecret?: ((question: string) => Promise<string>) | undefined;
  /** Whether standard error is a terminal, where a line can be written again. */
  isTerminal?: boolean | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Epoch seconds. */
  now: () => number;
};

export function processIo(): Io {
  // The reader of our output may stop early, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    write: (output) => void process.stdout.write(output),
    writeError: (output) => void process.stderr.write(output),
    readInput: async () => textOf(await buffer(process.stdin), 'Standard input'),
    askSecret: process.stdin.isTTY && process.stderr.isTTY ? askSecret : undefined,
    isTerminal: process.stderr.isTTY,
    env: process.env,
    now: () => Math.floor(Date.now() / 1_000),
  };
}

/** Rejects with an AbortError on Ctrl-C. */
async function askSecret(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now, since from here on the terminal echoes nothing.
  process.stderr.write(question);
  const interrupted = new AbortController();
  terminal.once('SIGINT', () => interrupted.abort());
  try {
    return await terminal.question('', { signal: interrupted.signal });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
