import { once } from '../../shared/cached.ts';
import { single } from '../../shared/oauth/parameters.ts';
import { jwtBearer } from '../../shared/oauth/server-metadata.ts';
import type { TokenDeps } from './grant-flow.ts';

const load = once(() => import('./jwt-bearer/compose.ts'));

/** RFC 7521 §4.1: an assertion may say alone who sends it. Of other requests, nobody. */
export const meantClient: TokenDeps['meantClient'] = async (form, deps) => {
  if (!deps.jwtBearer || single(form, 'grant_type') !== jwtBearer || single(form, 'client_secret') !== undefined) {
    return undefined;
  }
  const { clientOfAssertion } = await load();
  return clientOfAssertion(single(form, 'assertion') ?? '', deps);
};
