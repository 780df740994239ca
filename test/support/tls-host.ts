import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll } from 'vitest';
import type { Network } from '../../shared/clients/guarded-fetch.ts';

/** A key and a certificate for a host, made now; with days below zero, it has expired. */
export function makeCertificate(days: number, host = 'client.example'): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pixy-tls-'));
  const [key, request, cert] = ['key.pem', 'request.pem', 'cert.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const openssl = (...options: string[]) => execFileSync('openssl', options, { stdio: 'pipe' });
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${host}`];
  const names = ['-addext', `subjectAltName=DNS:${host}`];
  const signing = ['-signkey', key, '-copy_extensions', 'copy', '-days', String(days)];
  try {
    openssl('req', '-new', ...kind, ...names, '-keyout', key, '-out', request);
    openssl('x509', '-req', '-in', request, ...signing, '-out', cert);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a name resolves to, time after time: the last answer stays. */
export type Answers = readonly (readonly string[])[];

/** A public address, as the internet would have it. */
export const publicAddress = '93.184.215.14';

/**
 * A host with TLS on this machine, and networks in which it is client.example. A network resolves names as the test says, and
 * every connection leads to the host, whichever address it was for; `connected` are those addresses. Closed after the tests of the file.
 */
export async function startTlsHost(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const certificates = {
    valid: makeCertificate(1),
    expired: makeCertificate(-1),
  };
  const asked: string[] = [];
  const ports = new Map<string, number>();
  for (const [name, certificate] of Object.entries(certificates)) {
    const server = createServer(certificate, (request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ports.set(name, (server.address() as AddressInfo).port);
    afterAll(() => {
      server.close();
      server.closeAllConnections();
    });
  }

  function network(answers: Answers = [[publicAddress]], which: keyof typeof certificates = 'valid') {
    const connected: string[] = [];
    let resolved = 0;
    const made: Network = {
      resolve: (_, __, callback) => {
        const addresses = answers[Math.min(resolved, answers.length - 1)] ?? [];
        resolved += 1;
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
      connect: (options) => {
        const given = options as ConnectionOptions & { lookup: LookupFunction };
        const lookup: LookupFunction = (hostname, lookingUp, callback) =>
          given.lookup(hostname, lookingUp, (error, address) => {
            if (error) return callback(error, '', 0);
            connected.push(...[address].flat().map((one) => (typeof one === 'string' ? one : one.address)));
            return callback(null, [{ address: '127.0.0.1', family: 4 }]);
          });
        return connect({
          ...given,
          lookup,
          servername: given.host,
          port: ports.get(which),
          ca: certificates[which].cert,
        });
      },
    };
    return { ...made, connected, resolutions: () => resolved };
  }
  return { network, asked };
}
