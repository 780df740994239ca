import type { FunctionRow } from './lambda/compare.ts';
import { comparedWith, type Results } from './results.ts';
import { fixed } from './table.ts';

/** What a person and an operator get: the figures of a run in sentences. */
export function userFigures({ functions, coldStart }: Results): string {
  const find = (server: FunctionRow['server']) =>
    functions.find((one) => one.server === server && one.version === undefined && one.store === 'DynamoDB');
  const [own, openauth, oidc] = [find('Pixy'), find('openauth'), find('oidc-provider')];
  const started = (version?: string) =>
    coldStart.functions.find((one) => one.name === 'token' && one.version === version);
  const [token, before] = [started(), started(comparedWith)];
  if (!own || !openauth || !oidc || !token) throw new Error('a server was not measured');
  const earlier = before ? ` (${comparedWith}: ${fixed(before.firstCallMs, 0)} ms)` : '';
  return [
    `- **A sign-in** takes ${fixed(own.signIn, 1)} ms of the processor and a refresh ${fixed(own.refresh, 1)} (ES256, on DynamoDB). openauth takes ${fixed(openauth.signIn / own.signIn, 1)} times as much for a sign-in, oidc-provider ${fixed(oidc.signIn / own.signIn, 1)} times.`,
    `- **The wait** for both requests of a sign-in was ${fixed(own.signInTimes.p50, 1)} ms in the median and ${fixed(own.signInTimes.p99, 0)} ms for one in a hundred, with the database on the same machine.`,
    `- **A new instance** of token starts in ${fixed(token.initMs, 0)} ms, and then answers its first call in ${fixed(token.firstCallMs, 0)} ms${earlier} and its second in ${fixed(token.secondCallMs, 0)}. It takes ${fixed(token.rss / 1e6, 0)} MB.`,
  ].join('\n');
}

/** The same for the front page. */
export function readmeFigures({ date, functions, coldStart }: Results): string {
  const own = functions.find((one) => one.server === 'Pixy' && one.version === undefined && one.store === 'DynamoDB');
  if (!own) throw new Error('Pixy was not measured');
  const kB = (name: string) => fixed((coldStart.bundles.find((one) => one.name === name)?.bytes ?? 0) / 1_000, 0);
  const { p50, p99 } = own.signInTimes;
  return (
    `The functions behind \`/authorize\` and \`/token\` are ${kB('authorize')} kB and ${kB('token')} kB. Both requests of a sign-in together took a p50 of ${fixed(p50, 1)} ms and a p99 of ${fixed(p99, 0)} ms as Lambda functions on two shared cores, ` +
    `with the database on the same machine (\`npm run bench\`, ${date.slice(0, 10)}).`
  );
}
