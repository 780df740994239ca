import type { Command } from 'commander';
import { Failure } from '../../failure.ts';
import type { Io } from '../../io.ts';
import { collect, textsByLanguage } from '../../options.ts';
import { readText } from '../../read-text.ts';

/** The flags of `add` and `set` for members of a type. */
export type TypeFlags = { schema?: string; description?: string; descriptionIn?: string[] };

/** Leaves checking values to the document's parser, so that refusals have the same wording. */
export const typeFlags = (command: Command): Command =>
  command
    .option('--schema <file>', 'a file with the JSON Schema (2020-12) of its objects; "-" for standard input')
    .option(
      '--description <text>',
      'what a client can do by it, for the consent page, with names of members in braces: "Pay {amount.value} to {to}"',
    )
    .option(
      '--description-in <language=text>',
      'the same in a language, such as "de={amount.value} zahlen" (repeatable)',
      collect,
    );

/** Returns the members that the flags set. */
export async function membersOf(
  { schema, description, descriptionIn }: TypeFlags,
  io: Io,
): Promise<Record<string, unknown>> {
  return {
    ...(schema !== undefined && { schema: parseSchema(await readText(schema, io)) }),
    ...(description !== undefined && { description }),
    ...(descriptionIn !== undefined && { descriptions: textsByLanguage(descriptionIn) }),
  };
}

function parseSchema(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('The schema is not JSON.');
  }
}
