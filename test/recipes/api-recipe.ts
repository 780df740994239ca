import { expect, test } from 'vitest';
import { newProof, newProofPair } from '../support/dpop.ts';
import { clientCredentials, credentialsOf, type FullClient, registerApi } from '../support/lifecycle.ts';
import { postToken } from '../support/protocol.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Language, whyNot } from './languages.ts';
import { secret } from './recipe-server.ts';
import { apiRegistrationOf, registrationOf } from './registration.ts';
import { type Example, freePort, startExample } from './run-example.ts';

/** One page of docs/clients about an API. Its commands register the API and a client that calls it on its own behalf. */
export type ApiRecipe = Pick<Example, 'install' | 'start'> & {
  /** The folder in examples/clients and the name of the page. */
  name: string;
  /** What the client asks the API for. */
  path: string;
};

/** One test: the API installs, starts, serves what a token of its own is for, bound to a key or not, and refuses everything else. */
export async function testApiRecipe(language: Language, { name, path, ...run }: ApiRecipe): Promise<void> {
  const missing = whyNot(language);
  const { resource, ...api } = apiRegistrationOf(name);
  const client = { ...(await registrationOf(name, 0)), client_secret: secret };
  const server = await startTestServer({ clients: [client], clock: 'system' });
  await registerApi({ resource, ...api });

  test(`${language}: ${name} serves a token for the API, and no other`, async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const port = await freePort();
    const env = { ISSUER: server.issuer, RESOURCE: resource };
    await startExample({ ...run, folder: `examples/clients/${name}`, env, port });
    const url = `http://localhost:${port}${path}`;
    const call = async (tokenFor: { resource?: string }) => {
      const { status, json } = await clientCredentials(server, client, tokenFor);
      expect(status).toBe(200);
      return fetch(url, { headers: { authorization: `Bearer ${json.access_token}` } });
    };
    const served = await call({ resource });
    expect(served.status).toBe(200);
    expect(await served.text()).toContain(api.scope[0]);
    expect((await call({})).status).toBe(401);
    expect((await fetch(url)).status).toBe(401);

    const { accessToken, proofFor } = await bindToken(server, client, resource);
    const show = (headers: Record<string, string>) => fetch(url, { headers });
    const authorization = `DPoP ${accessToken}`;
    expect((await show({ authorization: `Bearer ${accessToken}` })).status).toBe(401);
    expect((await show({ authorization })).status).toBe(401);
    expect((await show({ authorization, dpop: await proofFor('POST', url) })).status).toBe(401);
    expect((await show({ authorization, dpop: await proofFor('GET', url) })).status).toBe(200);
  });
}

/** A token for the API that is bound to a key (RFC 9449), and what proves the key for a request to it. */
async function bindToken(server: TestServer, client: FullClient, resource: string) {
  const pair = await newProofPair();
  const clock = { now: () => Math.floor(Date.now() / 1_000) };
  const { headers, fields } = credentialsOf(client);
  const dpop = await newProof(pair, clock, { url: `${server.issuer}/token` });
  const form = { ...fields, grant_type: 'client_credentials', resource };
  const { json } = await postToken(server, form, { ...headers, dpop });
  expect(json.token_type).toBe('DPoP');
  const accessToken = json.access_token;
  const proofFor = (method: string, url: string) => newProof(pair, clock, { method, url, accessToken });
  return { accessToken, proofFor };
}
