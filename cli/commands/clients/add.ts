import { Command, Option } from 'commander';
import { newClient } from '../../../shared/clients/change-client.ts';
import { type Kind, kindOf, kinds, nextSteps, settingsFor } from '../../../shared/clients/kinds.ts';
import { withSectorJudged } from '../../../shared/clients/sector-document.ts';
import { answerChange, mustBeFree, mustBeRight, mustWin } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { changeOptions, examples } from '../../options.ts';
import { type ClientFlags, clientFlags, documentOf } from './flags.ts';

type AddFlags = ClientFlags & { for?: Kind };

export const addCommand = (context: Context): Command =>
  examples(
    changeOptions(clientFlags(new Command('add')))
      .description(
        'Registers a client. Without an authentication method it is public. If it authenticates with a secret, the secret is made here and shown once.',
      )
      .addOption(
        new Option('--for <kind>', 'the settings of this kind of app, unless you say otherwise').choices(kinds),
      )
      .argument('[client-id]', 'the client_id, unless it is in the file')
      .action((clientId: string | undefined, flags: AddFlags) => add(context, clientId, flags)),
    'pixy clients add my-app --redirect-uri https://app.example/callback',
    'pixy clients add my-spa --for spa --redirect-uri https://spa.example/callback',
    'pixy clients add nightly --for machine --all-scopes-of https://api.example.com/orders',
    'pixy clients add my-web --redirect-uri https://web.example/callback --auth-method client_secret_basic --policy none',
    'pixy clients add legacy --file client.json --mode report --enforce-after 90d --why "moves in from the old gateway"',
  );

async function add(context: Context, given: string | undefined, flags: AddFlags): Promise<void> {
  const document = { ...(flags.for && settingsFor[flags.for]), ...(await documentOf(flags, context.io)) };
  const clientId = given ?? document['client_id'];
  if (typeof clientId !== 'string') throw wrongUsage('The client needs an id: pixy clients add CLIENT-ID …');
  if (document['client_id'] !== undefined && document['client_id'] !== clientId) {
    throw wrongUsage(`The client_id in the file is not ${clientId}.`);
  }
  const members = Object.entries({ ...document, client_id: clientId }).filter(([, value]) => value !== null);
  const { client, secret } = mustBeRight(
    await withSectorJudged(await newClient(Object.fromEntries(members), context.now())),
    clientId,
  );

  const { clients } = await context.open();
  const current = await clients.findVersion(clientId);
  if (current?.value) throw new Failure(`There is already a client ${clientId}: change it with pixy clients set.`);
  await mustBeFree(context, clientId);
  const author = await context.author();
  const version = mustWin(await clients.put(clientId, client, author, current?.version ?? 0), `Client ${clientId}`);
  const written = { client, version, differences: [], ...(secret !== undefined && { secret }) };
  const answer = await answerChange(context, written, `Added client ${clientId}`);
  const { place } = await context.open();
  const issuer = 'issuer' in place ? place.issuer : undefined;
  context.print({ ...answer, text: answer.text + nextSteps(issuer, flags.for ?? kindOf(client)) });
}
