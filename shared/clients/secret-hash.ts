import { readPepperMark } from '../foreign-hashes/pepper.ts';
import { admitPasswordHash } from '../foreign-hashes/stored-password.ts';
import { type Result, refuse } from '../result.ts';
import { importedSecretHash } from './client-secret.ts';

/**
 * Whether secrets can be verified against a hash of another server, with a bounded amount of work. Refuses with half a sentence that
 * follows the name of the member.
 */
export const admitSecretHash = (hash: string): Result<string, string> =>
  readPepperMark(hash) ? refuse('has a pepper, which only the passwords of people can have') : admitPasswordHash(hash);

/** Whether a text has a form in which secrets are stored here, our own or another server's. */
export const isStoredSecretHash = (text: string): boolean =>
  /^sha256\$[\w-]{43}$/.test(text) || importedSecretHash(text.split('$')[1] ?? '') === text || admitSecretHash(text).ok;
