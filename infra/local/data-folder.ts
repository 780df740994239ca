import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'writing there is not permitted',
  ENOSPC: 'the disk is full',
};

/** A data folder that cannot be used. The message addresses the person who named it. */
export class UnusableFolder extends Error {
  override name = 'UnusableFolder';
  constructor(folder: string, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    super(`${folder} cannot be used as a data folder: ${reasons[code] ?? message}.`, { cause });
  }
}

/** Makes {@link UnusableFolder} of what the file system refused; every other error stays as it is. */
export const asUnusable = (folder: string, error: unknown): unknown =>
  (error as NodeJS.ErrnoException).path === undefined ? error : new UnusableFolder(folder, error);

/** Makes the folder, for its owner alone as it holds keys, and returns its absolute path. Throws {@link UnusableFolder}. */
export function openDataFolder(data: string): string {
  const folder = resolve(data);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UnusableFolder(folder, error);
  }
  return folder;
}

/** Makes one folder after the other: in /proc, where nothing can be made, Node's own `recursive` never ends. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/**
 * Returns the key that replaces KMS, made at the first start: 32 bytes in base64url. Throws {@link UnusableFolder} when the file has no
 * such key: another one would not decrypt what is stored.
 */
export function wrappingKey(folder: string | undefined): string {
  const fresh = randomBytes(32).toString('base64url');
  if (folder === undefined) return fresh;
  const file = join(folder, 'wrapping-key');
  if (!existsSync(file)) writeWhole(file, fresh);
  const key = readFileSync(file, 'utf8').trim();
  if (/^[\w-]{43}$/.test(key)) return key;
  throw new UnusableFolder(
    folder,
    new Error('its file wrapping-key has no key; put the file back, or start with another folder'),
  );
}

/** Writes all of the file or, as on a full disk, nothing. */
function writeWhole(file: string, text: string): void {
  const begun = `${file}.${process.pid}`;
  try {
    writeFileSync(begun, text, { mode: 0o600, flush: true });
    renameSync(begun, file);
  } catch (error) {
    rmSync(begun, { force: true });
    throw error;
  }
}
