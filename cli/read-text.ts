import { open, readFile, stat } from 'node:fs/promises';
import { textReader } from '../shared/http/decode-text.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { packedProblem } from './packed.ts';
import { textOf } from './text-of.ts';

/** Reads a text file, or standard input for `-`. Fails when it cannot be read, and for another encoding than UTF-8. */
export async function readText(file: string, io: Io): Promise<string> {
  if (file === '-') return io.readInput();
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return textOf(bytes, file);
}

function unreadable(file: string, error: unknown): Failure {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new Failure(
    code === 'EISDIR' ? `${file} is a folder: name a file in it.` : `${file} cannot be read (${code}).`,
  );
}

/** Whether a file can be read again: a pipe gives what it has once. One that is not there is told when it is read. */
export const isReadableAgain = async (file: string): Promise<boolean> =>
  file !== '-' &&
  (await stat(file).then(
    (found) => found.isFile() || found.isDirectory(),
    () => true,
  ));

/** Characters of standard input to hand on at a time. */
const pieceLength = 65_536;

/**
 * Reads a text file, or standard input for `-`, piece by piece: a file of any size needs little memory, and can be read again. Fails
 * as {@link readText} does.
 */
export async function* readPieces(file: string, io: Io): AsyncGenerator<string> {
  if (file === '-') {
    const text = await io.readInput();
    for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
    return;
  }
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const reader = textReader();
  const accept = (text: ReturnType<typeof reader.push>): string => {
    if (!text.ok) throw new Failure(`${file} ${text.refusal}.`);
    return text.value;
  };
  try {
    let isFirst = true;
    for await (const bytes of handle.createReadStream({ highWaterMark: pieceLength })) {
      const packed = isFirst ? packedProblem(bytes as Buffer) : undefined;
      if (packed !== undefined) throw new Failure(`${file} ${packed}.`);
      isFirst = false;
      yield accept(reader.push(bytes as Buffer));
    }
    yield accept(reader.end());
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreadable(file, error);
  } finally {
    await handle.close().catch(() => {});
  }
}
