import { describe, expect, it } from 'vitest';
import { rehearse as rehearseAuthorize } from '../../functions/authorize/rehearse.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { rehearse as rehearseToken } from '../../functions/token/rehearse.ts';

const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: 'grants',
  PIXY_CLIENTS_TABLE: 'clients',
  PIXY_PEOPLE_TABLE: 'people',
  PIXY_KEYS_TABLE: 'keys',
  PIXY_WRAPPING_KEY: 'A'.repeat(43),
};

/** A runtime that notes every line, and fails at any call of the database. */
function strictRuntime() {
  const lines: string[] = [];
  const database = new Proxy({} as never, {
    get: () => () => {
      throw new Error('the rehearsal calls the database');
    },
  });
  return { lines, runtime: openRuntime(environment, { database, writeLine: (line) => lines.push(line) }) };
}

describe('the rehearsal of a function', () => {
  it('writes nothing into the log, and calls nobody', async () => {
    const { lines, runtime } = strictRuntime();
    await rehearseAuthorize(runtime);
    await rehearseToken(runtime);
    expect(lines).toEqual([]);
  });

  it('gives a token without a signature', async () => {
    const { body } = await rehearseToken(strictRuntime().runtime);
    const { access_token, id_token } = JSON.parse(body ?? '') as Record<string, string>;
    for (const token of [access_token, id_token]) expect(token).toMatch(/^[\w-]+\.[\w-]+\.$/);
  });

  it('goes the whole way of a sign-in', async () => {
    const { runtime } = strictRuntime();
    const { headers } = await rehearseAuthorize(runtime);
    expect(headers?.['location']).toMatch(/^https:\/\/client\.invalid\/callback\?code=/);
    expect((await rehearseToken(runtime)).statusCode).toBe(200);
  });
});
