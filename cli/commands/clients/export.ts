import { Command } from 'commander';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { findClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { listClients } from '../../list-clients.ts';
import { examples, storeOptions } from '../../options.ts';
import { warnOfHashes, writeExport } from '../../write-export.ts';

export const exportCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('export'))
      .description(
        'Writes clients as a JSON list of RFC 7591 metadata with the policy members of Pixy, in the format that pixy clients import --format rfc7591 reads. It never writes secrets, and writes their hashes only if you ask for them.',
      )
      .argument('[client-id...]', 'only these clients')
      .option(
        '--with-secret-hashes',
        'include the hashes of client secrets, so that clients keep their secrets elsewhere',
      )
      .option('--output <file>', 'write to a new file that only you can read, instead of standard output')
      .action((clientIds: string[], options: Options) => exportClients(context, clientIds, options)),
    'pixy clients export > clients.json',
    'pixy clients export my-app my-web --stage prod --output clients.json',
    'pixy clients export --with-secret-hashes --output clients.json --stage prod',
  );

type Options = { output?: string; withSecretHashes?: boolean };

async function exportClients(context: Context, clientIds: readonly string[], options: Options): Promise<void> {
  const { clients } = await context.open();
  const found =
    clientIds.length > 0
      ? await Promise.all(clientIds.map((clientId) => findClient(context, clientId)))
      : await listClients(clients);
  const documents = found.map(({ value }) => exported(value, options.withSecretHashes ?? false));
  if (options.withSecretHashes) context.io.writeError(warnOfHashes('secrets'));
  await writeExport([`${JSON.stringify(documents, null, 2)}\n`], options.output, context.io);
}

/** Leaves out what cannot be set elsewhere: the number of secrets, and a waiver, which needs a new owner. */
function exported(client: RegisteredClient, withHashes: boolean): object {
  const { client_secrets: _, pkce_waiver: __, ...document } = clientDocument(client);
  const hasHashes = withHashes && client.secretHashes.length > 0;
  return { ...document, ...(hasHashes && { client_secret_hashes: client.secretHashes }) };
}
