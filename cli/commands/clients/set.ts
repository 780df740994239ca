import { Command } from 'commander';
import {
  type ChangedClient,
  changeClient,
  dropOldSecrets,
  rotateSecret,
  type SecretRefusal,
} from '../../../shared/clients/change-client.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { withSectorJudged } from '../../../shared/clients/sector-document.ts';
import { answerChange, mustBeRight, updateClient } from '../../change-client.ts';
import type { Context } from '../../context.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import { collect, examples, versionOption } from '../../options.ts';
import { type ClientFlags, clientFlags, documentOf } from './flags.ts';

type SetFlags = ClientFlags & {
  addRedirectUri?: string[];
  removeRedirectUri?: string[];
  rotateSecret?: boolean;
  dropOldSecret?: boolean;
};

export const setCommand = (context: Context): Command =>
  examples(
    versionOption(clientFlags(new Command('set')))
      .description(
        'Changes a client. Anything you do not specify stays unchanged. Running servers follow within 30 seconds.',
      )
      .argument('<client-id>')
      .option('--add-redirect-uri <uri>', 'add a redirect URI (repeatable)', collect)
      .option('--remove-redirect-uri <uri>', 'remove a redirect URI (repeatable)', collect)
      .option('--rotate-secret', 'make a second secret and show it once; both are valid')
      .option('--drop-old-secret', 'end a rotation: only the newest secret stays valid')
      .action((clientId: string, flags: SetFlags) => set(context, clientId, flags)),
    'pixy clients set my-app --policy S256 --why "all of its versions send S256"',
    'pixy clients set legacy --policy any --mode report --enforce-after 2026-12-01',
    'pixy clients set my-web --add-redirect-uri https://new.example/callback --if-version 4',
    'pixy clients set my-web --rotate-secret',
  );

async function set(context: Context, clientId: string, flags: SetFlags): Promise<void> {
  const document = await documentOf(flags, context.io);
  const isEmpty = Object.keys(document).length === 0 && !flags.addRedirectUri && !flags.removeRedirectUri;
  if (isEmpty && !flags.rotateSecret && !flags.dropOldSecret) {
    throw wrongUsage('Say what to change; run pixy clients set --help for the options.');
  }
  const written = await updateClient(context, clientId, async (current) => {
    const change = { ...document, ...redirectUris(current, document, flags), ...leftReportMode(document) };
    const changed = isEmpty
      ? { client: current }
      : mustBeRight(await withSectorJudged(await changeClient(current, change, context.now()), current), clientId);
    return changeSecrets(changed, flags);
  });
  const isChanged = written.differences.length > 0 || written.secret !== undefined;
  context.print(
    await answerChange(context, written, `${isChanged ? 'Changed' : 'Nothing to change in'} client ${clientId}`),
  );
}

function redirectUris(
  current: RegisteredClient,
  document: Record<string, unknown>,
  { addRedirectUri: added = [], removeRedirectUri: removed = [] }: SetFlags,
): { redirect_uris?: string[] } {
  if (added.length === 0 && removed.length === 0) return {};
  const { redirect_uris: given = current.redirectUris } = document;
  if (!Array.isArray(given)) return {};
  const uris = given as string[];
  const missing = removed.find((uri) => !uris.includes(uri));
  if (missing !== undefined) throw new Failure(`Client ${current.clientId} has no redirect URI ${missing}.`);
  return { redirect_uris: [...new Set([...uris, ...added])].filter((uri) => !removed.includes(uri)) };
}

/** Removes the date that ends report mode, along with the mode. */
const leftReportMode = (document: Record<string, unknown>): { pkce_enforce_after?: null } =>
  'pkce_mode' in document && document['pkce_mode'] !== 'report' && !('pkce_enforce_after' in document)
    ? { pkce_enforce_after: null }
    : {};

async function changeSecrets(changed: ChangedClient, flags: SetFlags): Promise<ChangedClient> {
  const { client, secret } = changed;
  // A client that has just started to authenticate with a secret already has a new one.
  if (secret !== undefined || (!flags.rotateSecret && !flags.dropOldSecret)) return changed;
  if (!flags.rotateSecret) {
    const dropped = dropOldSecrets(client);
    if (!dropped.ok) throw new Failure(secretProblem(client, dropped.refusal));
    return { client: dropped.value };
  }
  const rotated = await rotateSecret(client, { dropOld: flags.dropOldSecret ?? false });
  if (!rotated.ok) throw new Failure(secretProblem(client, rotated.refusal));
  return rotated.value;
}

function secretProblem({ clientId, tokenEndpointAuthMethod }: RegisteredClient, refusal: SecretRefusal): string {
  switch (refusal) {
    case 'no_secrets':
      return `Client ${clientId} has no secret: its token_endpoint_auth_method is ${tokenEndpointAuthMethod}.`;
    case 'two_secrets':
      return `Client ${clientId} already has two secrets: end the rotation with --drop-old-secret first.`;
    case 'one_secret':
      return `Client ${clientId} has only one secret, which cannot be dropped.`;
  }
}
