import { readFileSync, writeFileSync } from 'node:fs';
import { makeDeclarations } from './declarations.ts';

/*
 * npm run docs:api
 *
 * Writes docs/api.md from the comments of what infra/index.ts exports, and pixy.api.md, by which a test notices that something public
 * changed.
 */

type Documented = {
  kind: string;
  name?: string;
  docComment: string;
  excerptTokens: readonly { text: string }[];
  members?: readonly Documented[];
};

type Model = { members: readonly [{ members: readonly Documented[] }] };

const page = new URL('../docs/api.md', import.meta.url);
const snapshot = new URL('pixy.api.md', import.meta.url);

/** What was written last. */
export const writtenApi = () => ({ page: readFileSync(page, 'utf8'), snapshot: readFileSync(snapshot, 'utf8') });

/** What there is to write. The page keeps its introduction, up to the first declaration. */
export async function currentApi(): Promise<ReturnType<typeof writtenApi>> {
  const { model, report } = await makeDeclarations();
  const [entry] = (model as Model).members;
  const [introduction = ''] = writtenApi().page.split(/^(?=## What is exported$)/m);
  const inOrder = entry.members.toSorted((one, other) => orderOf(one) - orderOf(other));
  return { page: `${introduction}## What is exported\n\n${inOrder.map(section).join('\n')}`, snapshot: report };
}

/** What people write comes first, then what they give it, then names. */
const kinds = ['Class', 'Function', 'Interface', 'TypeAlias'];
const orderOf = ({ kind }: Documented): number => kinds.indexOf(kind);

function section(declared: Documented): string {
  const { text } = readComment(declared.docComment);
  const members = (declared.members ?? []).filter(({ kind }) => kind !== 'Constructor').map(bullet);
  const signature = `\`\`\`ts\n${codeOf(declared)}\n\`\`\``;
  const parts = [`### ${declared.name}`, text, signature, members.join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function bullet(member: Documented): string {
  const { text, fallback } = readComment(member.docComment);
  const sentences = [text.replaceAll('\n', ' '), fallback && `Default: ${fallback}.`];
  const said = sentences.filter((part) => part !== '').join(' ');
  return `- \`${codeOf(member)}\`${said === '' ? '' : `: ${said}`}`;
}

const codeOf = ({ excerptTokens }: Documented): string =>
  excerptTokens
    .map(({ text }) => text)
    .join('')
    .replace(/^export (declare )?/, '')
    .replaceAll(/\bFunction_2\b/g, 'Function')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/;$/, '')
    .trim();

function readComment(comment: string): { text: string; fallback: string } {
  const lines = comment.replace(/^\/\*\*|\*\/\s*$/g, '').split('\n');
  const plain = lines.map((line) => line.replace(/^\s*\* ?/, '')).join('\n');
  const [before = '', after = ''] = plain.split('@default');
  const text = before.replaceAll(/\{@link (\w+)\}/g, '`$1`').trim();
  // A dash stands before words, everything else is code.
  const words = /^-? *([\s\S]*)$/.exec(after.trim())?.[1]?.replaceAll('\n', ' ') ?? '';
  const isCode = !after.trim().startsWith('-') && /^[\w'"[\]{}().:, ]+$/.test(words) && !/ [a-z]+ [a-z]+/.test(words);
  return { text, fallback: isCode && words !== '' ? `\`${words}\`` : words };
}

if (import.meta.main) {
  const current = await currentApi();
  writeFileSync(page, current.page);
  writeFileSync(snapshot, current.snapshot);
}
