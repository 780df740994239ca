import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import dynalite from 'dynalite';
import { Level } from 'level';

export type EmbeddedDynamoDB = {
  endpoint: string;
  /** Answers first what it is being asked, for as long as a second: dynalite would take the database from under it. */
  close(): Promise<void>;
};

/** Another process has the folder open. The message is meant for the person who started this one. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
  constructor(folder: string) {
    super(`${folder} is in use by another process: stop it, or wait until it has ended.`);
  }
}

/**
 * DynamoDB in this process, on a free port of 127.0.0.1 only (it accepts any signature). `folder` keeps the data; absent: memory.
 * Rejects with {@link FolderInUse}.
 */
export async function startEmbeddedDynamoDB(folder?: string): Promise<EmbeddedDynamoDB> {
  if (folder !== undefined) await ensureFree(folder);
  const server = dynalite({ ...(folder !== undefined && { path: folder }), createTableMs: 0 });
  // dynalite throws when a client breaks off its request, and that would end the process.
  server.on('request', (request) => request.removeAllListeners('error').on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => closeWhenAnswered(server),
  };
}

async function closeWhenAnswered(server: Server): Promise<void> {
  const closeIdle = setInterval(() => server.closeIdleConnections(), 2);
  const closeAll = setTimeout(() => server.closeAllConnections(), 1_000);
  try {
    await promisify(server.close.bind(server))();
  } finally {
    clearInterval(closeIdle);
    clearTimeout(closeAll);
  }
}

/** dynalite opens the folder in the background, where a failure would end the process with a stack trace. */
async function ensureFree(folder: string): Promise<void> {
  const level = new Level(folder);
  try {
    await level.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw cause?.code === 'LEVEL_LOCKED' ? new FolderInUse(folder) : error;
  }
  await level.close();
}
