import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pixy } from '../cli/pixy.ts';

const documents = ['README.md', ...globSync('{docs,examples}/**/*.md', { exclude: ['**/node_modules/**'] })];

/** The command lines of a document, in its blocks (with continued lines) and between backticks. */
function commandLines(text: string): string[] {
  const block = /^ *```[\s\S]*?^ *```$/gm;
  const inBlocks = [...text.matchAll(block)].flatMap(([lines]) => lines.replaceAll(/\\\n\s*/g, '').split('\n'));
  const inProse = [...text.replaceAll(block, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...inBlocks, ...inProse]
    .map((piece) => /^\s*(?:\$ |[A-Z_]+=\S+ )*(?:npx )?pixy ([a-z-].*)/.exec(piece)?.[1] ?? '')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT').replace(/\s*(?:#|\||&&|;|>|<\().*$/, ''));
}

const helps = new Map<string, Promise<string>>();

function helpOf(names: readonly string[]): Promise<string> {
  const command = names.join(' ');
  const help = helps.get(command) ?? pixy([...names, '--help']).then(({ output }) => output);
  helps.set(command, help);
  return help;
}

/** Returns the first name of a line that is no command, or else the options that the help of its command lacks. */
async function unknownIn(line: string): Promise<string[]> {
  const names: string[] = [];
  for (const word of line.replace(/^(?:--(?:stage|table|server|local) \S+ )+/, '').split(/\s+/)) {
    const [, listed] = (await helpOf(names)).split('Commands:\n');
    if (listed === undefined || word.startsWith('-')) break;
    if (!new RegExp(`^  ${word}(?: |$)`, 'm').test(listed)) return [word];
    names.push(word);
  }
  const help = await helpOf(names);
  const options = [...line.matchAll(/(?<= |^)--?[a-z][\w-]*/g)].map(([option]) => option);
  return options.filter((option) => !new RegExp(`(?:^|[ ,])${option}(?![\\w-])`, 'm').test(help));
}

test('every pixy verify in a document names a client, or a profile that has checks without one', () => {
  const lines = documents.flatMap((file) => commandLines(readFileSync(file, 'utf8')));
  const runs = lines.filter((line) => /^verify .*https?:/.test(line));
  expect(runs.length).toBeGreaterThan(2);
  expect(runs.filter((line) => !/--client-id|--profile (?:oauth21|mcp|fapi2)/.test(line))).toEqual([]);
});

test('the documents name commands and options of pixy that there are', async () => {
  const lines = documents.flatMap((file) => commandLines(readFileSync(file, 'utf8')).map((line) => ({ file, line })));
  expect(lines.length).toBeGreaterThan(250);
  const unknown = await Promise.all(lines.map(async (one) => ({ ...one, unknown: await unknownIn(one.line) })));
  expect(unknown.filter((one) => one.unknown.length > 0)).toEqual([]);
});
