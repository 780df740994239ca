import { verifyStoredPassword as verify } from '../../shared/foreign-hashes/stored-password.ts';

/** Verifies a password against a hash that has no pepper. */
export const verifyStoredPassword = (password: string, hash: string | undefined): Promise<boolean> =>
  verify(password, hash, () => Promise.reject(new Error('nothing needs a pepper here')));
