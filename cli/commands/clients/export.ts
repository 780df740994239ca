import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { findClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { listClients } from '../../list-clients.ts';
import { examples, storeOptions } from '../../options.ts';

export const exportCommand = (context: Context): Command =>
  examples(
    storeOptions(new Command('export'))
      .description(
        'Writes clients as a JSON list of RFC 7591 metadata with the policy members of Pixy, in the format that pixy clients import reads. Secrets cannot be exported.',
      )
      .argument('[client-id...]', 'only these clients')
      .option('--output <file>', 'write to a new file instead of standard output')
      .action((clientIds: string[], options: { output?: string }) => exportClients(context, clientIds, options.output)),
    'pixy clients export > clients.json',
    'pixy clients export my-app my-web --stage prod --output clients.json',
  );

async function exportClients(
  context: Context,
  clientIds: readonly string[],
  output: string | undefined,
): Promise<void> {
  const { clients } = await context.open();
  const found =
    clientIds.length > 0
      ? await Promise.all(clientIds.map((clientId) => findClient(context, clientId)))
      : await listClients(clients);
  const text = `${JSON.stringify(
    found.map(({ value }) => exported(value)),
    null,
    2,
  )}\n`;
  if (output === undefined) return context.io.write(text);
  await writeFile(output, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'already exists' : `cannot be written (${error.code ?? 'unknown error'})`;
    throw new Failure(`${output} ${why}.`);
  });
}

/** Leaves out what cannot be set elsewhere: the number of secrets, and a waiver, which needs a new owner. */
function exported(client: RegisteredClient): object {
  const { client_secrets: _, pkce_waiver: __, ...document } = clientDocument(client);
  return document;
}
