import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { mistakeSentences } from '../shared/oauth/describe-refusal.ts';
import { type CatalogueEntry, refusalCatalogue } from '../shared/oauth/refusal-catalogue.ts';

/** Returns docs/errors.md, made from the catalogue that the server answers from. `npm run docs:errors` writes it. */
export function errorsDocument(): string {
  const entries = Object.entries<CatalogueEntry>(refusalCatalogue).map(
    ([reason, { error, means, fix, status }]) =>
      `### ${reason}\n\n\`${error}\`${status === undefined ? '' : `, HTTP ${status}`}\n\n${means}\n${fix}\n`,
  );
  const mistakes = Object.entries(mistakeSentences).map(([name, sentence]) => `| \`${name}\` | ${sentence} |`);
  return `# Why a request was refused

Every refusal has a stable reason. It is in the \`reason\` member of JSON responses, at the end of \`error_uri\`, and in the audit line with the same request id
as the \`x-request-id\` header of the response. A running server explains the reasons at \`/errors\`. \`npm run docs:errors\` generates this page from the same catalogue.

## Recognised mistakes

If the input shows a well-known mistake, the description names it:

| mistake | what the description says |
| --- | --- |
${mistakes.join('\n')}

## Reasons

${entries.join('\n')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsDocument());
}
