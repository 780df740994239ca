import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';

/*
 * Where `pixy login` keeps tokens: one file that only its owner may read, and one entry per issuer.
 */

const login = v.object({
  client_id: v.string(),
  /** Who logged in, as the ID token names them. */
  sub: v.optional(v.string()),
  /** The API that the tokens are for; absent: the default audience. */
  resource: v.optional(v.string()),
  access_token: v.string(),
  /** Epoch seconds. */
  expires_at: v.number(),
  refresh_token: v.optional(v.string()),
});
const logins = v.record(v.string(), login);

export type Login = v.InferOutput<typeof login>;

/** `PIXY_LOGINS`, or `pixy/logins.json` in the folder for settings (XDG Base Directory Specification). */
function pathOf({ env }: Io): string {
  const settings = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return env['PIXY_LOGINS'] || join(settings, 'pixy', 'logins.json');
}

/** Returns every login by its issuer. Fails when the file is there and cannot be read. */
function readLogins(io: Io): Record<string, Login> {
  const path = pathOf(io);
  try {
    return v.parse(logins, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Failure(`${path} cannot be read as the logins of pixy: remove it, and log in again.`);
  }
}

/** Keeps the login of an issuer, or forgets it when there is none. Whoever reads meanwhile sees the file before or after. */
export function keepLogin(io: Io, issuer: string, kept: Login | undefined): void {
  const { [issuer]: _, ...others } = readLogins(io);
  const next = kept === undefined ? others : { ...others, [issuer]: kept };
  const path = pathOf(io);
  if (Object.keys(next).length === 0) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const written = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(written, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(written, path);
}

/** Returns the login of this issuer, or the only one there is. Fails when there is none, or more than one to choose from. */
export function findLogin(io: Io, issuer: string | undefined): { issuer: string; login: Login } {
  const all = Object.entries(readLogins(io)).filter(([known]) => issuer === undefined || known === issuer);
  const [first, ...more] = all;
  if (first === undefined) {
    throw new Failure(`Nobody is logged in${issuer === undefined ? '' : ` at ${issuer}`}: run pixy login first.`);
  }
  if (more.length > 0) {
    throw new Failure(
      `There is more than one login: choose with --issuer ${all.map(([known]) => known).join(' or ')}.`,
      2,
    );
  }
  return { issuer: first[0], login: first[1] };
}
