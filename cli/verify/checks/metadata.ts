import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { mustBeRefused } from '../judge.ts';
import type { Probe } from '../probe.ts';
import { isLoopback } from '../transport.ts';
import { allOf, failed, passed, skipped, verdictOf } from '../verdict.ts';

/** Checks of the announcements, before anything else is requested. */
export const metadataChecks: readonly Check[] = [
  {
    id: 'metadata-issuer',
    section: 'RFC 8414 §3.3',
    needs: 'issuer',
    sends: 'the issuer in the metadata',
    accepts: 'exactly the issuer that was asked for, in every document',
    fix: 'Publish the issuer exactly as clients know it, without another slash, host or scheme.',
    run: ({ discovered: { issuer, documents } }) => {
      const wrong = documents.find(({ metadata }) => metadata.issuer !== issuer);
      const said = wrong?.metadata.issuer?.slice(0, 200) ?? 'nothing';
      return verdictOf(wrong === undefined, `${wrong?.address} says ${said}, not ${issuer}`);
    },
  },
  {
    id: 'metadata-endpoints',
    section: 'RFC 8414 §2',
    needs: 'issuer',
    sends: 'the addresses of the endpoints in the metadata',
    accepts: 'https, or a loopback host if the issuer is on one',
    fix: 'Serve every endpoint over https.',
    run: ({ metadata, discovered: { issuer } }) => {
      const endpoints = Object.entries(metadata).filter(([name]) => /_(?:endpoint|uri)$/.test(name));
      const open = endpoints.filter(
        ([, url]) => !String(url).startsWith('https://') && !(isLoopback(issuer) && isLoopback(String(url))),
      );
      return verdictOf(open.length === 0, `${open.map(([name]) => name).join(', ')} is not https`);
    },
  },
  {
    id: 'metadata-challenge-methods',
    section: 'RFC 9700 §2.1.1',
    needs: 'issuer',
    sends: 'code_challenge_methods_supported in the metadata',
    accepts: 'a list with S256, the same in every document',
    fix: 'Announce code_challenge_methods_supported with S256 in every metadata document.',
    run: ({ discovered: { documents } }) => {
      const [first = [], ...more] = documents.map(({ metadata }) => metadata.code_challenge_methods_supported);
      if (documents.some(({ metadata }) => metadata.code_challenge_methods_supported === undefined)) {
        return failed('it is absent: clients cannot see that the server supports PKCE');
      }
      if (!first.includes('S256')) return failed('S256 is missing');
      const same = more.every((methods) => [...(methods ?? [])].sort().join() === [...first].sort().join());
      return verdictOf(same, 'the two documents differ');
    },
  },
];

/** Compares the announcements with the behaviour. S256 works if any code could be redeemed. */
export const truthCheck: Check = {
  id: 'metadata-truthful',
  section: 'RFC 8414 §2',
  sends: 'a challenge with each method of RFC 7636 that is not announced',
  accepts: 'a refusal; an announced method may still be refused for this client',
  fix: 'Announce what works: add S256, or refuse plain.',
  run: (probe) => {
    const announced = probe.metadata.code_challenge_methods_supported;
    if (announced === undefined) return skipped('code_challenge_methods_supported is absent');
    return allOf(
      () => verdictOf(announced.includes('S256'), 'S256 works but is not announced'),
      () => (announced.includes('plain') ? passed : plainIsRefused(probe)),
    );
  },
};

async function plainIsRefused(probe: Probe) {
  const landing = await probe.authorize({ code_challenge: random(), code_challenge_method: 'plain' });
  const verdict = mustBeRefused(landing);
  const isIssued = landing.kind === 'redirected' && landing.parameters.has('code');
  return isIssued ? failed('plain works but is not announced') : verdict;
}
