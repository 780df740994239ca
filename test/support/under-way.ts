import { expect } from 'vitest';
import type { Held } from './database-proxy.ts';
import { introspect, refresh, type Tokens, userinfo, warehouse } from './lifecycle.ts';
import { pkcePair } from './pkce.ts';
import { authorizeTarget, parametersOf, redeem } from './protocol.ts';
import type { TestServer } from './server.ts';
import { app, type InHand, type OfToday } from './taking-back.ts';

/* Requests that are on their way while something is taken back. Whatever comes of one, nothing that it gave is worth anything. */

async function expectDead(server: TestServer, { refresh_token, access_token }: Tokens): Promise<void> {
  expect((await refresh(server, app, refresh_token)).status).toBe(400);
  expect((await introspect(server, warehouse, { token: access_token })).json['active']).toBe(false);
  expect((await userinfo(server, access_token)).status).toBe(401);
}

async function redeemed(
  server: TestServer,
  { code, verifier }: { code: string; verifier: string },
  taken: Promise<unknown>,
): Promise<void> {
  const { status, json } = await redeem(server, app, { code, code_verifier: verifier });
  await taken;
  if (status === 200) await expectDead(server, json);
}

/** Each asks the database for two things. Ends by trying what it got; `taken` is when the taking back is over. */
export const requestsUnderWay: Record<
  string,
  (held: OfToday & Partial<InHand>, server: TestServer, taken: Promise<unknown>) => Promise<void>
> = {
  'an authorization request': async ({ person }, server, taken) => {
    const { verifier, challenge } = pkcePair();
    const { headers } = await person.open(authorizeTarget(app, { prompt: 'none', code_challenge: challenge }));
    const { code } = parametersOf(new URL(headers.location ?? ''));
    await taken;
    if (code !== undefined) expect((await redeem(server, app, { code, code_verifier: verifier })).status).toBe(400);
  },
  'the redemption of a code': ({ code }, server, taken) => redeemed(server, code, taken),
  'the redemption of a code that names nobody': ({ codeOfBefore }, server, taken) =>
    redeemed(server, codeOfBefore as InHand['codeOfBefore'], taken),
  'a refresh': async ({ refreshToken }, server, taken) => {
    const { status, json } = await refresh(server, app, refreshToken);
    await taken;
    if (status === 200) await expectDead(server, json);
  },
};

/** Every place where such a request can be held. */
export const placesToHold = [0, 1].flatMap((index) => (['before', 'after'] as const).map((side) => ({ index, side })));

/** Takes back while a request is held at one place. */
export async function takeBackUnderWay(
  request: string,
  held: OfToday & Partial<InHand>,
  server: TestServer,
  { hold, takeBack }: { hold: () => Held; takeBack: () => Promise<unknown> },
): Promise<void> {
  const call = hold();
  let over = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    over = resolve;
  });
  const finished = requestsUnderWay[request]?.(held, server, taken);
  await call.isHeld;
  await takeBack();
  over();
  call.letGo();
  await finished;
}
