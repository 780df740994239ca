import { describe, expect, test } from 'vitest';
import { serverMetadata } from '../../shared/oauth/server-metadata.ts';
import type { PkcePolicy } from '../../shared/pkce/policy.ts';

const issuer = 'https://sign-in.example.com';
const announce = (
  more: { algorithms?: string[]; policies?: PkcePolicy[]; scopes?: string[]; deviceAuthorization?: boolean } = {},
) =>
  serverMetadata(issuer, {
    algorithms: ['RS256'],
    policies: ['S256'],
    claims: [],
    detailTypes: [],
    scopes: [],
    languages: ['en'],
    deviceAuthorization: false,
    jwtBearer: false,
    pushedRequests: 'off',
    tokenExchange: false,
    signedIntrospection: false,
    pairwiseSubjects: false,
    metadataDocuments: false,
    clientRegistration: false,
    ...more,
  });
const metadata = announce();

describe('the server metadata', () => {
  test('MD2 the issuer is the one of the configuration, byte for byte', () => {
    expect(metadata.issuer).toBe(issuer);
  });

  test('MD3 has every member that RFC 8414 and OpenID Connect Discovery require', () => {
    expect(metadata).toMatchObject({
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: expect.arrayContaining(['code']),
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });

  test('DF1 announces device authorization only while it is on (RFC 8628 §4)', () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    expect(metadata).not.toHaveProperty('device_authorization_endpoint');
    expect(metadata.grant_types_supported).not.toContain(grant);
    const on = announce({ deviceAuthorization: true });
    expect(on).toHaveProperty('device_authorization_endpoint', `${issuer}/device_authorization`);
    expect(on.grant_types_supported).toContain(grant);
  });

  test('PK10 announces S256 alone while nothing else is in force', () => {
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
  });

  test.each(['any', 'none'] as const)('BP8 announces plain as soon as a policy of %s is in force', (policy) => {
    const { code_challenge_methods_supported: methods } = announce({ policies: ['S256', policy] });
    expect(methods).toEqual(['S256', 'plain']);
  });

  test('BP8 MD5 MC2 announces S256 even when there is no policy to look at', () => {
    expect(announce({ policies: [] }).code_challenge_methods_supported).toEqual(['S256']);
  });

  test('IS2 announces the iss parameter of RFC 9207', () => {
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
  });

  test('BP9 BP12 announces neither the implicit nor the password grant', () => {
    expect(metadata.grant_types_supported).toContain('authorization_code');
    expect(metadata.grant_types_supported).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/implicit|password/)]),
    );
    expect(metadata.response_types_supported.filter((type) => /token( |$)/.test(type.replace('id_token', '')))).toEqual(
      [],
    );
  });

  test('OC16 announces the algorithms of the published keys, and none of its own', () => {
    const { id_token_signing_alg_values_supported: algorithms } = announce({ algorithms: ['RS256', 'ES256'] });
    expect(algorithms).toEqual(['RS256', 'ES256']);
  });

  test('OC10 says that request objects are not supported, because absent means request_uri is', () => {
    expect(metadata).toMatchObject({ request_parameter_supported: false, request_uri_parameter_supported: false });
  });

  test('V8 announces both ways to send a client secret, and public clients', () => {
    const methods = ['client_secret_basic', 'client_secret_post', 'none'];
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(expect.arrayContaining(methods));
  });

  test('is the same after JSON: nothing in it is absent', () => {
    expect(JSON.parse(JSON.stringify(metadata))).toStrictEqual(metadata);
  });
});
