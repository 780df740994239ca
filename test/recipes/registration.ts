import { Command } from 'commander';
import { clientFlags, documentOf } from '../../cli/commands/clients/flags.ts';
import { processIo } from '../../cli/io.ts';
import { readPage } from '../../scripts/recipes-doc.ts';
import type { FullClient } from '../support/lifecycle.ts';

const io = processIo();
const command = /^npx pixy clients add (.*)$/m;

/** The client that the command in the page `name` registers, with the app on another port of this machine. */
export async function registrationOf(name: string, port: number): Promise<FullClient> {
  const [, line] = command.exec(readPage(`${name}.md`)) ?? [];
  if (line === undefined) throw new Error(`docs/clients/${name}.md does not say how to register the app`);
  const parsed = clientFlags(new Command()).argument('<client-id>').parse(wordsOf(line), { from: 'user' });
  const { redirect_uris = [], ...members } = (await documentOf(parsed.opts(), io)) as Partial<FullClient>;
  return {
    ...members,
    client_id: parsed.args[0] ?? '',
    redirect_uris: redirect_uris.map((uri) => uri.replace(/^(http:\/\/localhost):\d+/, `$1:${port}`)),
  };
}

/** As a shell splits a line: words in double quotes are one. */
const wordsOf = (line: string): string[] =>
  Array.from(line.match(/"[^"]*"|\S+/g) ?? [], (word) => word.replaceAll('"', ''));
