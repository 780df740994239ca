import { Command } from 'commander';
import { type ClientRating, rateClient } from '../../../shared/clients/rate-client.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { findClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { listAllClients } from '../../list-clients.ts';
import { examples, storeOptions } from '../../options.ts';
import { plural, table, visible } from '../../output.ts';

export const checkCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('check'))
      .description(
        'Rates clients by what they are registered for: against OAuth 2.1, browser-based apps (RFC 10017) and FAPI 2.0. Says what stands in the way of each. It changes nothing.',
      )
      .argument('[client-id]', 'only this client')
      .action((clientId: string | undefined) => check(context, clientId)),
    'pixy clients check --stage prod',
    'pixy clients check bank --local',
  );

type Rated = { client: RegisteredClient; rating: ClientRating };

async function check(context: Context, clientId: string | undefined): Promise<void> {
  const { clients } = await context.open();
  const found = clientId === undefined ? await listAllClients(context) : [await findClient(context, clientId)];
  const global = await clients.policy();
  const rated = found.map(({ value: client }) => ({ client, rating: rateClient(client, global, context.now()) }));
  context.print({
    json: rated.map(({ client, rating }) => ({
      client_id: client.clientId,
      oauth21: rating.oauth21,
      ...(rating.browserApps && { browser_apps: rating.browserApps }),
      fapi2: rating.fapi2,
    })),
    text: rated.length === 0 ? 'There are no clients.\n' : textOf(rated),
  });
}

const textOf = (rated: readonly Rated[]): string =>
  `${table(
    ['client', 'OAuth 2.1', 'browser app', 'FAPI 2.0'],
    rated.map(({ client, rating }) => [
      client.clientId,
      shortly(rating.oauth21),
      rating.browserApps ? shortly(rating.browserApps) : '',
      shortly(rating.fapi2),
    ]),
  )}${rated.flatMap(detailsOf).join('')}`;

const shortly = (mistakes: readonly unknown[]): string =>
  mistakes.length === 0 ? 'fits' : plural(mistakes.length, 'gap');

/** A paragraph for each set of rules that something stands in the way of. What OAuth 2.1 has said is not said again. */
function detailsOf({ client, rating: { oauth21, browserApps = [], fapi2 } }: Rated): string[] {
  const onlyOfApps = browserApps.filter(
    ({ member, problem }) => !oauth21.some((one) => one.member === member && one.problem === problem),
  );
  const sets = [
    ['OAuth 2.1', oauth21],
    ['a browser-based app', onlyOfApps],
    ['FAPI 2.0', fapi2],
  ] as const;
  return sets.flatMap(([name, mistakes]) =>
    mistakes.length === 0
      ? []
      : [
          `\n${visible(client.clientId)} and ${name}:\n`,
          ...mistakes.map(({ member, problem }) => `  ${visible(`${member} ${problem}`)}\n`),
        ],
  );
}
