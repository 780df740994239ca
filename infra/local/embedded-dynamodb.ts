import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import dynalite from 'dynalite';
import { Level } from 'level';
import { openDataFolder, UnusableFolder } from './data-folder.ts';

export type EmbeddedDynamoDB = {
  endpoint: string;
  /** Answers pending requests first, because dynalite would close the database under them. */
  close(): Promise<void>;
};

/** Another process has the folder open. The message addresses the person who started this one. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
  constructor(folder: string) {
    super(`${folder} is in use by another process: stop it, or wait until it has ended.`);
  }
}

/**
 * Starts DynamoDB in this process, on a free port of 127.0.0.1 only, since it accepts any signature. `folder` stores the data,
 * which is otherwise in memory. When it closes, pending requests have `answerMs` to be answered. Rejects with {@link FolderInUse}
 * or {@link UnusableFolder}.
 */
export async function startEmbeddedDynamoDB(folder?: string, answerMs = 1_000): Promise<EmbeddedDynamoDB> {
  if (folder !== undefined) await ensureFree(folder);
  const server = dynalite({ ...(folder !== undefined && { path: folder }), createTableMs: 0 });
  // dynalite throws when a client aborts its request, which would end the process.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => {}));
  if (folder !== undefined) endWithoutFolder(server, folder);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => closeWhenAnswered(server, answerMs),
  };
}

/** dynalite throws, where nobody can catch it, what its database says of a folder that takes no more writes, as on a full disk. */
function endWithoutFolder(server: Server, folder: string): void {
  const end = (error: Error & { code?: string }) => {
    const isOfFolder = error.code?.startsWith('LEVEL_') === true;
    process.stderr.write(`${isOfFolder ? new UnusableFolder(folder, error).message : error.stack}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', end);
  server.on('close', () => process.off('uncaughtException', end));
}

async function closeWhenAnswered(server: Server, answerMs: number): Promise<void> {
  const closeIdle = setInterval(() => server.closeIdleConnections(), 2);
  const closeAll = setTimeout(() => server.closeAllConnections(), answerMs);
  try {
    await promisify(server.close.bind(server))();
  } finally {
    clearInterval(closeIdle);
    clearTimeout(closeAll);
  }
}

/** dynalite opens the folder in the background, where a failure would end the process with a stack trace. */
async function ensureFree(folder: string): Promise<void> {
  const level = new Level(openDataFolder(folder));
  try {
    await level.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw cause?.code === 'LEVEL_LOCKED' ? new FolderInUse(folder) : new UnusableFolder(folder, cause ?? error);
  }
  await level.close();
}
