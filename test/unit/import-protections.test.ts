import { describe, expect, test } from 'vitest';
import { clientDocument } from '../../shared/clients/client-document.ts';
import { noteOf, onlyClient, readImport, refusalOf } from './imported.ts';

/* What protects a client of Auth0 or Okta beside PKCE moves in, or is named. */

const jwks = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
};

describe('Auth0', () => {
  const read = (more: object) =>
    readImport(
      'auth0',
      JSON.stringify([
        {
          client_id: 'app',
          app_type: 'regular_web',
          client_secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
          callbacks: ['https://app.example/cb'],
          ...more,
        },
      ]),
    );

  test.each<[object, object]>([
    [{ require_pushed_authorization_requests: true }, { require_pushed_authorization_requests: true }],
    [{ require_proof_of_possession: true }, { dpop_bound_access_tokens: true }],
    [
      { signed_request_object: { required: true, credentials: [{ id: 'cred_1' }] }, jwks },
      { require_signed_request_object: true },
    ],
    [
      {
        token_endpoint_auth_method: null,
        client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
        jwks,
      },
      { token_endpoint_auth_method: 'private_key_jwt', client_secrets: 0 },
    ],
  ])('%j', async (given, meant) => {
    expect(clientDocument(onlyClient(await read(given)))).toMatchObject(meant);
  });

  test.each<[object, string]>([
    [
      { signed_request_object: { required: true } },
      'signed_request_object.required is true, and there is no jwks or jwks_uri',
    ],
    [
      { client_authentication_methods: { tls_client_auth: {} } },
      'client_authentication_methods has tls_client_auth, which is not offered here',
    ],
    [
      { client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } } },
      'jwks or jwks_uri, one and not both, is needed for private_key_jwt',
    ],
  ])('%j is refused', async (given, problem) => {
    expect(refusalOf(await read(given))).toBe(`entry 1 (app): ${problem}`);
  });

  test('what is left behind is named, and what asks for nothing is not', async () => {
    const demanding = { compliance_level: 'fapi1_adv_pkj_par', organization_usage: 'require' };
    expect(noteOf(await read(demanding))).toBe('comes without compliance_level, organization_usage');
    expect((await read({ compliance_level: 'none', organization_usage: 'deny' })).notes).toEqual([]);
  });
});

test('Okta: proofs of possession and signed requests', async () => {
  const app = (more: object) => ({
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      oauthClient: {
        client_id: 'app',
        client_secret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    },
    settings: {
      oauthClient: { redirect_uris: ['https://app.example/cb'], grant_types: ['authorization_code'], ...more },
    },
  });
  const read = (more: object) => readImport('okta', JSON.stringify([app(more)]));
  const links = { policy_uri: 'https://app.example/privacy', tos_uri: 'https://app.example/terms' };
  const given = { dpop_bound_access_tokens: true, request_object_signing_alg: 'ES256', ...links };
  expect(clientDocument(onlyClient(await read(given)))).toMatchObject(given);
  expect(refusalOf(await read({ request_object_signing_alg: 'HS256' }))).toMatch(
    /^entry 1 \(app\): settings\.oauthClient\.request_object_signing_alg is not one of/,
  );
});
