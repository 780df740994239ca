import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const secret = 'the secret that the other one knows us by';

/** The other process ends with this one, also when a file fails before its hooks are known. */
const endWithUs = 'data:text/javascript,process.stdin.on("close",()=>process.exit()).resume()';

export const grace = { username: 'grace', password: 'a password of Grace', email: 'grace@upstream.example' };

/**
 * Pixy as a provider, `npm start` in a process of its own, and Grace has an account there. Ends after the last test of the file.
 * `registration` adds members to what we are registered with there. Returns what we know it by.
 */
export async function startOtherPixy(registration: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pixy-upstream-'));
  const file = (name: string, json: object) => {
    writeFileSync(join(folder, name), JSON.stringify(json));
    return join(folder, name);
  };
  const registered = {
    client_id: 'downstream',
    client_secret: secret,
    redirect_uris: ['http://localhost/upstream/pixy/callback'],
    ...registration,
  };
  const claims = { sub: 'grace-there', name: 'Grace Hopper', email: grace.email, email_verified: true };
  const files = ['--clients', file('clients.json', [registered])];
  files.push('--accounts', file('accounts.json', [{ ...grace, claims }]));
  const { AWS_ENDPOINT_URL_DYNAMODB: _, ...env } = process.env;
  const command = ['--import', endWithUs, 'infra/local/start.ts', '--port', '0', '--data', 'memory', ...files];
  const child = spawn(process.execPath, command, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  afterAll(async () => {
    if (child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });
  const issuer = await new Promise<string>((found, failed) => {
    let output = '';
    child.on('exit', (code) => failed(new Error(`the other Pixy ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const [, running] = /running at (http:\/\/localhost:\d+)\n/.exec(output) ?? [];
      if (running !== undefined) found(running);
    });
  });
  const provider = {
    id: 'pixy',
    name: 'The other one',
    issuer,
    client_id: 'downstream',
    client_secret: secret,
    trust_amr: true,
  };
  return { issuer, upstreams: JSON.stringify([provider]) };
}
