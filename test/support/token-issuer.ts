import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll } from 'vitest';

/** Somebody else who signs tokens: a platform of workloads, or an identity provider of an enterprise. */
export type TokenIssuer = {
  issuer: string;
  jwksUri: string;
  jwks: { keys: readonly object[] };
  /** How often somebody asked it for anything. */
  asked: () => number;
  /** Signs claims as they are; its own `iss` unless they say otherwise. */
  sign: (claims: JWTPayload, header?: { typ?: string | undefined; alg?: string }) => Promise<string>;
};

/** Listens on 127.0.0.1 until the tests of the file are over. */
export async function startTokenIssuer(path = ''): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const kid = crypto.randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };
  let count = 0;
  const server = createServer(({ url }, response) => {
    count += 1;
    const isDiscovery = url === `${path}/.well-known/openid-configuration`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: jwksUri } : jwks));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  afterAll(() => new Promise((done) => server.close(done)));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const jwksUri = `${issuer}/keys`;
  return {
    issuer,
    jwksUri,
    jwks,
    asked: () => count,
    sign: (claims, { typ = 'JWT' } = {}) =>
      new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(privateKey),
  };
}

/** What GitHub Actions says about a job, as in its reference of claims. */
export const gitHubClaims = (aud: string, now: number): JWTPayload => ({
  jti: crypto.randomUUID(),
  sub: 'repo:octo-org/octo-repo:environment:production',
  aud,
  ref: 'refs/heads/main',
  sha: 'a7c3f1f0a7c3f1f0a7c3f1f0a7c3f1f0a7c3f1f0',
  repository: 'octo-org/octo-repo',
  repository_owner: 'octo-org',
  repository_id: '74',
  repository_owner_id: '65',
  run_id: '301',
  run_number: '10',
  run_attempt: '2',
  actor: 'octocat',
  actor_id: '12',
  workflow: 'deploy',
  job_workflow_ref: 'octo-org/octo-automation/.github/workflows/deploy.yml@refs/heads/main',
  event_name: 'workflow_dispatch',
  environment: 'production',
  ref_type: 'branch',
  runner_environment: 'github-hosted',
  nbf: now - 5,
  iat: now - 5,
  exp: now + 300,
});

/** What Kubernetes says about a pod in a projected token of its service account. */
export const kubernetesClaims = (aud: string, now: number): JWTPayload => ({
  aud: [aud],
  sub: 'system:serviceaccount:shop:orders',
  jti: crypto.randomUUID(),
  iat: now,
  nbf: now,
  exp: now + 3_607,
  'kubernetes.io': {
    namespace: 'shop',
    node: { name: 'worker-1', uid: '517eb86e-b863-451b-bf70-86cb61439a3a' },
    pod: { name: 'orders-0', uid: '0d8b260e-ef0e-45fb-be8e-ff44f97722e8' },
    serviceaccount: { name: 'orders', uid: 'e6a8680e-d103-4cce-80ea-03acbbeacf7d' },
  },
});
