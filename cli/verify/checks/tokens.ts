import type { Check } from '../check.ts';
import { mustGetNoTokens, withCode } from '../judge.ts';
import { readJwt } from '../jws.ts';
import type { Probe } from '../probe.ts';
import { holdsTokens, type TokenAnswer } from '../token-answer.ts';
import { failed, passed, skipped, type Verdict, verdictOf, warned } from '../verdict.ts';
import { fapiAlgorithms } from './announcements.ts';

/*
 * What tokens are, and what they are good for.
 */

const refresh = (probe: Probe, token: unknown, form: Record<string, string> = {}) =>
  probe.token({ grant_type: 'refresh_token', refresh_token: String(token), ...form });

/** Judges with a fresh refresh token. */
const withRefreshToken =
  (judge: (probe: Probe, token: string) => Promise<Verdict>): Check['run'] =>
  (probe) =>
    withCode(probe, async (issued) => {
      const { body } = await probe.redeem(issued);
      const token = body?.['refresh_token'];
      return typeof token === 'string' ? judge(probe, token) : skipped('no refresh token was issued for this scope');
    });

const isBound = ({ body }: TokenAnswer): boolean => String(body?.['token_type']).toLowerCase() === 'dpop';

export const tokenChecks: readonly Check[] = [
  {
    id: 'refresh-rotation',
    section: 'RFC 9700 §4.14.2',
    sends: 'a refresh token of a public client',
    accepts: 'a new refresh token, or one that is bound to a key of the client',
    fix: 'Rotate the refresh tokens of public clients, or bind them with DPoP.',
    run: withRefreshToken(async (probe, token) => {
      if (!probe.isPublic) return skipped('the client authenticates, so its refresh tokens need no rotation');
      const answer = await refresh(probe, token);
      if (!holdsTokens(answer)) return failed(`the refresh was answered with status ${answer.status}`);
      return verdictOf(
        isBound(answer) || (answer.body?.['refresh_token'] ?? token) !== token,
        'the same refresh token goes on working',
      );
    }),
  },
  {
    id: 'refresh-replay',
    section: 'RFC 9700 §4.14.2',
    sends: 'a refresh token that was replaced, after its successor was used',
    accepts: 'invalid_grant; tokens within a grace period, which makes up for lost responses, are worth a warning',
    fix: 'Refuse replaced refresh tokens, at the latest some seconds after their successor was used.',
    run: withRefreshToken(async (probe, token) => {
      const successor = (await refresh(probe, token)).body?.['refresh_token'];
      if (successor === undefined || successor === token) return skipped('refresh tokens are not replaced');
      if (!holdsTokens(await refresh(probe, successor))) return failed('the successor did not work');
      const replay = await refresh(probe, token);
      if (holdsTokens(replay)) return warned('it still got tokens right after its successor was used');
      return mustGetNoTokens(replay, ['invalid_grant']);
    }),
  },
  {
    id: 'refresh-wider',
    section: 'RFC 6749 §6',
    sends: 'a refresh token with a scope value that was not granted',
    accepts: 'invalid_scope, or tokens without it',
    fix: 'Never give more at a refresh than was granted.',
    run: withRefreshToken(async (probe, token) => {
      const scope = `${probe.scope ?? ''} admin`.trim();
      const answer = await refresh(probe, token, { scope });
      if (!holdsTokens(answer)) return mustGetNoTokens(answer, ['invalid_scope']);
      const granted = answer.body?.['scope'];
      // RFC 6749 §5.1: without it, the scope is the one that was asked for.
      if (typeof granted !== 'string') return failed('tokens came without scope, which means all that was asked for');
      return verdictOf(!granted.split(' ').includes('admin'), 'the scope got wider');
    }),
  },
  {
    id: 'token-in-query',
    section: 'RFC 9700 §4.3.2',
    sends: 'an access token in the query of the userinfo endpoint',
    accepts: 'a refusal: addresses end up in logs',
    fix: 'Take access tokens from the Authorization header only.',
    run: (probe) =>
      withCode(probe, async (issued) => {
        const token = (await probe.redeem(issued)).body?.['access_token'];
        const status = await probe.userinfo(String(token));
        if (status === undefined || status >= 300) return skipped('the token opens no userinfo endpoint');
        const inQuery = await probe.userinfo(String(token), { inQuery: true });
        return verdictOf(inQuery !== undefined && inQuery >= 400, 'it was accepted');
      }),
  },
  {
    id: 'id-token-claims',
    section: 'OpenID Connect Core §2',
    sends: 'the ID token of a valid sign-in',
    accepts: 'a signed JWT with iss, sub, aud, exp and iat, for this client and from this issuer',
    fix: 'Issue ID tokens with every claim of OpenID Connect Core §2.',
    run: ({ seen: { redeemed }, client, discovered: { issuer } }) => {
      const jwt = readJwt(redeemed?.body?.['id_token']);
      if (jwt === undefined) return skipped('no ID token was issued for this scope');
      const { header, claims } = jwt;
      const missing = ['iss', 'sub', 'aud', 'exp', 'iat'].filter((name) => claims[name] === undefined);
      if (missing.length > 0) return failed(`${missing.join(', ')} is missing`);
      if (header['alg'] === 'none') return failed('it is not signed');
      if (claims['iss'] !== issuer) return failed('iss is not the issuer');
      return verdictOf([claims['aud']].flat().includes(client.clientId), 'aud is not the client');
    },
  },
];

/** What FAPI 2.0 demands of tokens. */
export const fapiTokenChecks: readonly Check[] = [
  {
    id: 'fapi-id-token-algorithm',
    section: 'FAPI 2.0 §5.4.1',
    sends: 'the algorithm of the ID token',
    accepts: 'PS256, ES256 or EdDSA',
    fix: 'Sign the ID tokens of this client with PS256, ES256 or EdDSA.',
    run: ({ seen: { redeemed } }) => {
      const jwt = readJwt(redeemed?.body?.['id_token']);
      if (jwt === undefined) return skipped('no ID token was issued for this scope');
      return verdictOf(
        fapiAlgorithms.includes(String(jwt.header['alg'])),
        `it is signed with ${String(jwt.header['alg']).slice(0, 10)}`,
      );
    },
  },
  {
    id: 'fapi-refresh-unrotated',
    section: 'FAPI 2.0 §5.3.2.1',
    level: 'warning',
    sends: 'a refresh token',
    accepts:
      'the same one in the answer: rotation locks out clients that lose a response, and a bound token gains nothing by it',
    fix: 'Do not rotate the refresh tokens of clients that authenticate.',
    run: withRefreshToken(async (probe, token) => {
      const answer = await refresh(probe, token);
      if (!holdsTokens(answer)) return failed(`the refresh was answered with status ${answer.status}`);
      const next = answer.body?.['refresh_token'];
      return next === undefined || next === token ? passed : failed('it was replaced');
    }),
  },
];
