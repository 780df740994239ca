import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Author } from '../shared/clients/change.ts';
import { wrongUsage } from './failure.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import type { Opened, Place, Wanted } from './place.ts';

/** An answer as JSON and as text. */
export type Answer = { json: unknown; text: string };

/** The input of every command. Opens nothing until asked. */
export type Context = {
  io: Io;
  /** Epoch seconds. */
  now: () => number;
  /** The options of the running command. */
  options: () => CommonOptions;
  /** Opens the stores, which are closed when the command ends. */
  open: () => Promise<Opened>;
  /** Returns who makes the change and why. `why` is the default reason. */
  author: (why?: string) => Promise<Author>;
  /** Prints JSON with `--json`, and the text otherwise. */
  print: (answer: Answer) => void;
  /** Ends with this exit code although nothing failed: the answer is no. */
  endWith: (exitCode: 1) => void;
  lastSeen?: LastSeen | undefined;
};

/** Returns when each client was last named in the audit log, in epoch seconds. */
export type LastSeen = (context: Context) => Promise<ReadonlyMap<string, number>>;

export type RunningContext = Context & {
  use: (options: CommonOptions) => void;
  exitCode: () => 0 | 1;
  close: () => Promise<void>;
};

export function createContext(io: Io, lastSeen?: LastSeen): RunningContext {
  let options: CommonOptions = {};
  let exitCode: 0 | 1 = 0;
  let opening: Promise<Opened & { close(): Promise<void> }> | undefined;

  const context: RunningContext = {
    io,
    now: io.now,
    options: () => options,
    use: (given) => {
      options = given;
    },
    open: () => {
      opening ??= open(wanted(options, io.env), io);
      return opening;
    },
    async author(why = '') {
      const { place } = await context.open();
      if (place.kind === 'server' && options.by !== undefined) {
        throw wrongUsage('With --server, leave out --by: the server knows who you are.');
      }
      return { by: options.by ?? (await nameCaller(place, io.env)), why: options.why ?? why };
    },
    print: ({ json, text }) => io.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : text),
    endWith: (code) => {
      exitCode = code;
    },
    exitCode: () => exitCode,
    lastSeen,
    close: async () => {
      const opened = await opening?.catch(() => undefined);
      await opened?.close();
    },
  };
  return context;
}

/** What opens a place is loaded on demand: the AWS SDK and the embedded database take longer to load than everything else. */
async function open(place: Wanted, io: Io): Promise<Opened & { close(): Promise<void> }> {
  if (place.kind === 'server') return (await import('./remote/open-server.ts')).openServer(io, place.issuer);
  return (await import('./open-stores.ts')).openStores(place, io.now);
}

function wanted({ local, stage, table, server }: CommonOptions, env: Io['env']): Wanted {
  if ([local, stage, table, server].filter((given) => given !== undefined).length > 1) {
    throw wrongUsage('Use only one of --local, --stage, --table and --server.');
  }
  if (server !== undefined) return { kind: 'server', issuer: server };
  if (stage !== undefined) return { kind: 'stage', stage };
  if (table !== undefined) return { kind: 'tables', tables: table };
  const usual = env['PIXY_DATA'] ?? '.pixy';
  if (typeof local === 'string') return { kind: 'local', folder: local };
  if (local || existsSync(usual)) return { kind: 'local', folder: usual };
  throw wrongUsage(
    `There is no data folder ${usual} here: choose a local run with --local DIR or a deployed one with --stage NAME.`,
  );
}

async function nameCaller({ kind }: Place, env: Io['env']): Promise<string> {
  if (kind === 'server') return 'you';
  if (kind !== 'local') return (await import('./open-stores.ts')).nameAwsCaller();
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? 'unknown'; // a user id without an entry in the user database
  }
}
