import { Command } from 'commander';
import { mustParseApi } from '../../cli/commands/apis/change-api.ts';
import { apiFlags, membersOf } from '../../cli/commands/apis/flags.ts';
import { clientFlags, documentOf } from '../../cli/commands/clients/flags.ts';
import { processIo } from '../../cli/io.ts';
import { readPage } from '../../scripts/recipes-doc.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { FullClient } from '../support/lifecycle.ts';

const io = processIo();

/** The words after `npx pixy …` in the page `name`, in which double quotes hold words together as in a shell. */
function wordsAfter(command: 'clients add' | 'apis add', name: string): string[] {
  const [, line] = new RegExp(`^npx pixy ${command} (.*)$`, 'm').exec(readPage(`${name}.md`)) ?? [];
  if (line === undefined) throw new Error(`docs/clients/${name}.md has no pixy ${command}`);
  return Array.from(line.match(/"[^"]*"|\S+/g) ?? [], (word) => word.replaceAll('"', ''));
}

/** The client that the command in the page `name` registers, with the app on another port of this machine. */
export async function registrationOf(name: string, port: number): Promise<FullClient> {
  const parsed = clientFlags(new Command())
    .argument('<client-id>')
    .parse(wordsAfter('clients add', name), { from: 'user' });
  const { redirect_uris = [], ...members } = (await documentOf(parsed.opts(), io)) as Partial<FullClient>;
  return {
    ...members,
    client_id: parsed.args[0] ?? '',
    redirect_uris: redirect_uris.map((uri) => uri.replace(/^(http:\/\/localhost):\d+/, `$1:${port}`)),
  };
}

/** The API that the command in the page `name` registers. */
export function apiRegistrationOf(name: string): RegisteredApi {
  const parsed = apiFlags(new Command()).argument('<resource>').parse(wordsAfter('apis add', name), { from: 'user' });
  return mustParseApi({ resource: parsed.args[0], ...membersOf(parsed.opts()) });
}
