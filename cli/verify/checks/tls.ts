import { connect } from 'node:tls';
import type { Check } from '../check.ts';
import { failed, passed, skipped, verdictOf } from '../verdict.ts';

/** Milliseconds. */
const patience = 10_000;

/** Returns the version that a server agrees on, or undefined when it agrees on none up to this one. */
function negotiate(url: string, maxVersion: 'TLSv1.1' | 'TLSv1.3'): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port: Number(port || 443),
      servername: hostname,
      minVersion: 'TLSv1',
      maxVersion,
      // OpenSSL knows the old versions only at this level.
      ...(maxVersion === 'TLSv1.1' && { ciphers: 'DEFAULT@SECLEVEL=0' }),
      rejectUnauthorized: false,
      timeout: patience,
    });
    const end = (version: string | undefined) => {
      socket.destroy();
      resolve(version);
    };
    socket.once('secureConnect', () => end(socket.getProtocol() ?? undefined));
    socket.once('error', () => end(undefined)).once('timeout', () => end(undefined));
  });
}

/** The connection itself, where it is https. Certificates are verified with every other request. */
export const tlsChecks: readonly Check[] = [
  {
    id: 'tls-version',
    section: 'RFC 9325 §3.1.1',
    needs: 'issuer',
    sends: 'a TLS handshake that offers 1.1 at most, and one that offers up to 1.3',
    accepts: 'no connection for the first, 1.2 or 1.3 for the second',
    fix: 'Switch off TLS 1.0 and 1.1.',
    run: async ({ discovered: { issuer } }) => {
      if (!issuer.startsWith('https:')) return skipped('the issuer is not on https');
      const old = await negotiate(issuer, 'TLSv1.1');
      if (old !== undefined) return failed(`it speaks ${old}`);
      return verdictOf(
        /^TLSv1\.[23]$/.test((await negotiate(issuer, 'TLSv1.3')) ?? ''),
        'it speaks neither 1.2 nor 1.3',
      );
    },
  },
  {
    id: 'tls-strict-transport',
    section: 'RFC 6797 §7.1',
    needs: 'issuer',
    level: 'warning',
    sends: 'the headers of the metadata',
    accepts: 'Strict-Transport-Security',
    fix: 'Send Strict-Transport-Security with every response.',
    run: ({ discovered: { issuer, documents } }) => {
      if (!issuer.startsWith('https:')) return skipped('the issuer is not on https');
      return documents[0].answer.headers.has('strict-transport-security') ? passed : failed('it is missing');
    },
  },
];
