import { open } from 'node:fs/promises';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';

/** Writes pieces of text to a new file that only its owner can read, or to standard output. Fails when the file is there already. */
export async function writeExport(
  pieces: Iterable<string> | AsyncIterable<string>,
  output: string | undefined,
  io: Pick<Io, 'write'>,
): Promise<void> {
  if (output === undefined) {
    for await (const piece of pieces) io.write(piece);
    return;
  }
  const file = await open(output, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'already exists' : `cannot be written (${error.code ?? 'unknown error'})`;
    throw new Failure(`${output} ${why}.`);
  });
  try {
    for await (const piece of pieces) await file.write(piece);
  } finally {
    await file.close();
  }
}

/** Says on standard error what a file with hashes is. */
export const warnOfHashes = (of: 'secrets' | 'passwords'): string =>
  `warning: The export has the hashes of ${of}, and weak ${of} can be guessed from them. Protect it as you would protect the ${of}, and delete it when you are done.\n`;
