import type { Command } from 'commander';
import { collect, textsByLanguage } from '../../options.ts';

/** The flags of `add` and `set` for members of a registered scope value. */
export type ScopeFlags = { claim?: string[]; description?: string; descriptionIn?: string[] };

/** Leaves checking values to the document's parser, so that refusals have the same wording. */
export const scopeFlags = (command: Command): Command =>
  command
    .option('--claim <name>', 'a claim that it brings (repeatable)', collect)
    .option('--description <text>', 'what a client learns by it, for the consent page')
    .option('--description-in <language=text>', 'the same in a language, such as de=Gruppen (repeatable)', collect);

/** Returns the members that the flags set. */
export function membersOf({ claim, description, descriptionIn }: ScopeFlags): Record<string, unknown> {
  return {
    ...(claim !== undefined && { claims: claim }),
    ...(description !== undefined && { description }),
    ...(descriptionIn !== undefined && { descriptions: textsByLanguage(descriptionIn) }),
  };
}
