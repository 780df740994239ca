import { Command } from 'commander';
import { isLoopbackUri } from '../../../shared/clients/back-channel-uri.ts';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import { fetchDocument } from '../../../shared/clients/document-reader.ts';
import { judgeClientUrl } from '../../../shared/clients/judge-client-url.ts';
import { isPublic, type RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { describeRefusal } from '../../../shared/oauth/describe-refusal.ts';
import type { Context } from '../../context.ts';
import { examples, jsonOption } from '../../options.ts';
import { pairs, shown, visible } from '../../output.ts';

export const inspectCommand = (context: Context): Command =>
  examples(
    jsonOption(new Command('inspect'))
      .description(
        'Fetches the metadata document of a client as a server would, and says what a server takes of it, or which rule it fails, and what people are shown. Exits with 1 if a server refuses it.',
      )
      .argument('<url>', 'the client_id')
      .option('--allow-loopback', 'accept a document on this machine, as a local run does')
      .action((url: string, { allowLoopback = false }: { allowLoopback?: boolean }) =>
        inspect(context, url, allowLoopback),
      ),
    'pixy clients inspect https://app.example.com/oauth/client.json',
    'pixy clients inspect http://localhost:8080/client.json --allow-loopback',
  );

async function inspect(context: Context, clientId: string, allowLoopback: boolean): Promise<void> {
  const url = judgeClientUrl(clientId, { hosts: 'any', allowLoopback });
  if (!url.ok) return refuse(context, clientId, `The client_id ${url.refusal}. Nothing was fetched.`);
  const { judged, seconds } = await fetchDocument(clientId, { allowLoopback });
  if (!judged.ok) {
    const { refusal } = judged;
    return refuse(context, clientId, 'because' in refusal ? refusal.because : describeRefusal(refusal));
  }
  const shows = whatIsShown(judged.value, url.value);
  const { first_party: _, disabled: __, client_secrets: ___, ...document } = clientDocument(judged.value);
  context.print({
    json: { client_id: clientId, verdict: 'accepted', takes: document, shows, remembered_for: seconds },
    text:
      `A server that accepts this host takes the client.\n\n` +
      pairs([
        ...Object.entries(document).map(
          ([member, value]) => [member, shown(value) || 'whatever the person allows'] as const,
        ),
        ['remembered for', `${seconds} seconds`],
      ]) +
      `\nPeople are shown:\n${shows.map((line) => `  ${visible(line)}\n`).join('')}`,
  });
}

function refuse(context: Context, clientId: string, because: string): void {
  context.print({
    json: { client_id: clientId, verdict: 'refused', because },
    text: `A server refuses the client. ${visible(because)}\n`,
  });
  context.endWith(1);
}

/** What the consent page tells about the client. */
function whatIsShown(client: RegisteredClient, url: URL): string[] {
  const { clientName, redirectUris, policyUri = '', tosUri = '' } = client;
  const isEachTime = isPublic(client) && redirectUris.some((uri) => !uri.startsWith('https:'));
  return [
    `the name ${clientName ?? url.href}`,
    `that it describes itself at ${url.host}, and that nobody has checked it`,
    ...new Set(
      redirectUris.map((uri) =>
        isHttps(uri) ? `that they will be sent to ${new URL(uri).host}` : 'that it runs on their device',
      ),
    ),
    ...[policyUri, tosUri].filter(isHttps).map((uri) => `a link to ${uri}`),
    ...(redirectUris.every(isLoopbackUri) ? ['a warning that any program on their device could be this client'] : []),
    ...(isEachTime ? ['this page at every sign-in, where the answer goes to their device'] : []),
  ];
}

const isHttps = (uri: string): boolean => uri.startsWith('https:');
