import { expect, test } from 'vitest';
import { clientCredentials, registerApi } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { type Language, whyNot } from './languages.ts';
import { secret } from './recipe.ts';
import { apiRegistrationOf, registrationOf } from './registration.ts';
import { type Example, freePort, startExample } from './run-example.ts';

/** One page of docs/clients about an API. Its commands register the API and a client that calls it on its own behalf. */
export type ApiRecipe = Pick<Example, 'install' | 'start'> & {
  /** The folder in examples/clients and the name of the page. */
  name: string;
  /** What the client asks the API for. */
  path: string;
};

/** One test: the API installs, starts, serves what a token of its own is for, and refuses everything else. */
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
    const call = async (tokenFor: { resource?: string }) => {
      const { status, json } = await clientCredentials(server, client, tokenFor);
      expect(status).toBe(200);
      const headers = { authorization: `Bearer ${json.access_token}` };
      return fetch(`http://localhost:${port}${path}`, { headers });
    };
    const served = await call({ resource });
    expect(served.status).toBe(200);
    expect(await served.text()).toContain(api.scope[0]);
    expect((await call({})).status).toBe(401);
    expect((await fetch(`http://localhost:${port}${path}`)).status).toBe(401);
  });
}
