import type { Document, Node } from 'yaml';
import { ok, type Result, refuse } from '../../result.ts';

/** Whether a text is YAML rather than JSON or a table: it begins with a key, or with a list of objects. */
export const looksLikeYaml = (text: string): boolean =>
  /^\ufeff?(?:---[^\n]*\n|#[^\n]*\n|\s)*(?:- +)*(?:[A-Za-z_][\w.-]*|'[^'\n]*'|"[^"\n]*"):(?:\s|$)/.test(text);

/** Aliases make a small file a large one. */
const mostAliases = 1_000;

/**
 * Rewrites YAML 1.2, with the merge keys of 1.1, as JSON; several documents as a list. Refuses with a sentence that tells the place
 * but quotes nothing, since it may be a secret. A value with a tag of its own (`!Env SECRET`, `!vault`) stands for another one: it
 * becomes an object, which is no text, so that nothing takes the name of a variable for the value itself.
 */
export async function jsonOfYaml(text: string): Promise<Result<string, string>> {
  // Loaded only for such a file.
  const { isScalar, LineCounter, parseAllDocuments, visit } = await import('yaml');
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text.replace(/^\ufeff/, ''), { merge: true, logLevel: 'silent', lineCounter });
  const list = Array.isArray(documents) ? documents : [];
  const wrong = list.flatMap(({ errors }) => errors)[0];
  if (wrong !== undefined) {
    const { line, col } = lineCounter.linePos(wrong.pos[0]);
    const marker = /(?:^|[\s:[,])@@[\w-]+@@/.exec(text.split('\n')[line - 1] ?? '');
    if (marker) return refuse(`has a marker like @@NAME@@ in line ${line}: put the values in first`);
    return refuse(`is YAML that cannot be read (line ${line} column ${col})`);
  }
  for (const document of list) {
    visit(document, {
      Node: (_, node) => {
        const { tag } = node as { tag?: string };
        if (tag === undefined || !isOwnTag(tag)) return undefined;
        return document.createNode({ [tag]: isScalar(node) ? String(node.value) : contentsOf(node as Node, document) });
      },
    });
  }
  try {
    const values = list.map((document): unknown => document.toJS({ maxAliasCount: mostAliases }));
    const present = values.filter((value) => value !== null && value !== undefined);
    return ok(JSON.stringify(present.length === 1 ? present[0] : present));
  } catch {
    return refuse(`is YAML that cannot be read: an alias has no anchor, or there are more than ${mostAliases}`);
  }
}

/** A list or an object. An alias in it may have no anchor. */
function contentsOf(node: Node, document: Document): unknown {
  try {
    return node.toJS(document, { maxAliasCount: mostAliases });
  } catch {
    return '';
  }
}

/** Tags of YAML itself begin with `tag:yaml.org,2002:`, and say of what type a value is. */
const isOwnTag = (tag: string): boolean => !tag.startsWith('tag:yaml.org,2002:');
