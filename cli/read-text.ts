import { readFile } from 'node:fs/promises';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { textOf } from './text-of.ts';

/** Reads a text file, or standard input for `-`. Fails when it cannot be read, and for another encoding than UTF-8. */
export async function readText(file: string, io: Io): Promise<string> {
  if (file === '-') return io.readInput();
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${file} cannot be read (${error.code ?? 'unknown error'}).`);
  });
  return textOf(bytes, file);
}
