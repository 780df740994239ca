import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { mustGetNoTokens, withCode } from '../judge.ts';
import type { Probe } from '../probe.ts';
import { holdsTokens, type TokenAnswer } from '../token-answer.ts';
import { allOf, failed, passed, skipped, type Verdict } from '../verdict.ts';

/** How many redemptions of one code are sent at once. */
const attempts = 10;

/** A code works once, for its own client, with its own redirect URI. */
export const codeChecks: readonly Check[] = [
  {
    id: 'code-unknown',
    section: 'RFC 6749 §5.2',
    sends: 'a code that was never issued',
    accepts: 'invalid_grant',
    fix: 'Answer unknown codes with invalid_grant.',
    run: async (probe) =>
      mustGetNoTokens(await probe.redeem({ code: random(), verifier: random() }), ['invalid_grant']),
  },
  {
    id: 'code-after-wrong-verifier',
    section: 'RFC 6749 §10.5',
    level: 'warning',
    sends: 'the right code_verifier after a wrong one, with the same code',
    accepts: 'invalid_grant: a failed proof uses up the code, which no specification demands',
    fix: 'Spend the code with the first attempt to redeem it.',
    run: (probe) =>
      withCode(probe, async (issued) => {
        const wrong = await probe.redeem(issued, { code_verifier: random() });
        if (holdsTokens(wrong)) return skipped('the wrong one was accepted, see verifier-wrong');
        return mustGetNoTokens(await probe.redeem(issued), ['invalid_grant']);
      }),
  },
  {
    id: 'code-replay',
    section: 'RFC 6749 §4.1.2',
    sends: 'a redeemed code again, in the same valid request',
    accepts: 'invalid_grant',
    fix: 'Spend a code when it is redeemed.',
    run: (probe) =>
      withCode(probe, async (issued) => {
        const first = await probe.redeem(issued);
        if (!holdsTokens(first)) return noTokensAtAll(first);
        return mustGetNoTokens(await probe.redeem(issued), ['invalid_grant']);
      }),
  },
  {
    id: 'code-replay-revokes',
    section: 'RFC 6749 §4.1.2',
    sends: 'the tokens of a replayed code, at the userinfo and the token endpoint',
    accepts: 'a refusal: a replay revokes what was issued',
    fix: 'Revoke the tokens of a code that is presented again.',
    run: (probe) => withCode(probe, (issued) => replayRevokes(probe, issued)),
  },
  {
    id: 'code-parallel',
    section: 'RFC 6749 §10.5',
    sends: `${attempts} parallel redemptions of one code`,
    accepts: 'tokens for exactly one of them',
    fix: 'Spend a code by one atomic write that only one request can win.',
    run: (probe) =>
      withCode(probe, async (issued) => {
        const answers = await Promise.all(Array.from({ length: attempts }, () => probe.redeem(issued)));
        const winners = answers.filter(holdsTokens).length;
        return winners === 1 ? passed : failed(`${winners} of ${attempts} got tokens`);
      }),
  },
  {
    id: 'redirect-uri-at-token-endpoint',
    section: 'RFC 6749 §4.1.3',
    sends: 'a redirect_uri other than that of the authorization request',
    accepts: 'invalid_grant or invalid_request',
    fix: 'Compare redirect_uri with that of the authorization request.',
    run: (probe) =>
      withCode(probe, async (issued) =>
        mustGetNoTokens(await probe.redeem(issued, { redirect_uri: `${probe.client.redirectUri}/other` })),
      ),
  },
  {
    id: 'client-unauthenticated',
    section: 'RFC 6749 §4.1.3',
    sends: 'the right code_verifier, without authenticating the confidential client',
    accepts: 'invalid_client, or another refusal: PKCE does not replace authentication',
    fix: 'Authenticate confidential clients before the code is looked at.',
    run: (probe) => {
      if (probe.isPublic) return skipped('the client is public');
      return withCode(probe, async (issued) =>
        mustGetNoTokens(await probe.redeem(issued, {}, { unauthenticated: true }), [
          'invalid_client',
          'unauthorized_client',
          'invalid_grant',
          'invalid_request',
        ]),
      );
    },
  },
];

async function replayRevokes(probe: Probe, issued: Parameters<Probe['redeem']>[0]): Promise<Verdict> {
  const first = await probe.redeem(issued);
  const { access_token: accessToken, refresh_token: refreshToken } = first.body ?? {};
  if (typeof accessToken !== 'string') return noTokensAtAll(first);
  const opensUserinfo = isSuccess(await probe.userinfo(accessToken));
  if (!opensUserinfo && typeof refreshToken !== 'string') {
    return skipped('there is neither a refresh token nor a userinfo endpoint that accepts the access token');
  }
  if (holdsTokens(await probe.redeem(issued))) return skipped('the replay was not refused, see code-replay');
  return allOf(
    async () => {
      const stillOpens = opensUserinfo && isSuccess(await probe.userinfo(accessToken));
      return stillOpens ? failed('the access token still works at the userinfo endpoint') : passed;
    },
    async () => {
      if (typeof refreshToken !== 'string') return passed;
      const refreshed = await probe.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
      return holdsTokens(refreshed) ? failed('the refresh token still gets tokens') : passed;
    },
  );
}

const isSuccess = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;

const noTokensAtAll = (answer: TokenAnswer): Verdict =>
  answer.status === 429
    ? skipped('the server asked to slow down (429)')
    : failed(`the first redemption was refused with status ${answer.status}`);
