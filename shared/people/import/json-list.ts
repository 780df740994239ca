import { ok, type Result, refuse } from '../../result.ts';
import { lineSplitter } from './line-splitter.ts';

/*
 * Splits a JSON list into its items without holding all of it, so that files may have any size. Each item is parsed on its own;
 * nothing of what stands around is quoted, since it may be a secret.
 */

/** Yields the items that are complete. Refuses with half a sentence that follows the name of the file. */
export type ListReader = {
  push(text: string): Result<unknown[], string>;
  end(): Result<unknown[], string>;
  /** The members of the object around the list that were seen so far. */
  members(): readonly string[];
  /** The values of those members before the list that were asked for. */
  beside(): ReadonlyMap<string, unknown>;
};

const isBlank = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t';

/**
 * Reads a list, or the one that an object has under one of `names`. Without names, only a list. `wanted`: members of the object that
 * are read as well, and held, if they stand before the list.
 */
export function jsonListReader(names: readonly string[] = [], wanted: readonly string[] = []): ListReader {
  let rest = '';
  /** What came and was not looked at yet. */
  let waiting = '';
  let at = 0;
  /** Where the item begins whose end was not seen yet; -1 between items. */
  let start = -1;
  let depth = 0;
  let inText = false;
  let isDone = false;
  let isEmpty = true;
  /** The depth of the list's items: 1 in a list, 2 in a member of an object; 0 before it is known. */
  let level = 0;
  let memberStart = -1;
  let member: string | undefined;
  let count = 0;
  const members: string[] = [];
  /** Where the value of a member begins that is held; -1 for others. */
  let valueStart = -1;
  const held = new Map<string, unknown>();

  const problem = names.length > 0 ? `is not JSON with a list ${names.join(' or ')}` : 'is not a JSON array';

  function take(end: number, items: unknown[]): string | undefined {
    const text = rest.slice(start, end).trim();
    start = -1;
    if (text === '') return undefined;
    count += 1;
    try {
      items.push(JSON.parse(text));
      return undefined;
    } catch {
      return count === 1 ? problem : `is not JSON: entry ${count} cannot be read`;
    }
  }

  /** Takes note of one character. Returns what is wrong. */
  function step(char: string, items: unknown[]): string | undefined {
    if (inText) {
      if (char === '\\') at += 1;
      else if (char === '"') {
        inText = false;
        if (level === 0 && depth === 1) member = rest.slice(memberStart, at + 1);
      }
      return undefined;
    }
    if (isBlank(char)) return undefined;
    isEmpty = false;
    if (char === '"') {
      inText = true;
      memberStart = at;
      return undefined;
    }
    if (level > 0 && depth === level && (char === ',' || char === ']')) {
      const wrong = take(at, items);
      if (char === ',') start = at + 1;
      else isDone = true;
      return wrong;
    }
    if (char === ':' && level === 0 && depth === 1 && member !== undefined) {
      members.push(nameOf(member));
      if (wanted.includes(members.at(-1) ?? '')) valueStart = at + 1;
      return undefined;
    }
    if (valueStart >= 0 && depth === 1 && (char === ',' || char === '}')) {
      held.set(members.at(-1) ?? '', parsed(rest.slice(valueStart, at)));
      valueStart = -1;
    }
    if (char === '{' || char === '[') {
      depth += 1;
      const isList = depth === 1 ? char === '[' : depth === 2 && names.includes(members.at(-1) ?? '');
      if (level === 0 && char === '[' && isList) {
        level = depth;
        start = at + 1;
      } else if (level === 0 && depth === 1 && names.length === 0) return problem;
    } else if (char === '}' || char === ']') depth -= 1;
    else if (depth === 0) return problem;
    return undefined;
  }

  function read(): Result<unknown[], string> {
    rest += waiting;
    waiting = '';
    const items: unknown[] = [];
    for (; at < rest.length && !isDone; at += 1) {
      const wrong = step(rest[at] as string, items);
      if (wrong !== undefined) return refuse(wrong);
    }
    if (isDone && level === 1 && rest.slice(at).trim() !== '') return refuse('has something after the end of its list');
    // Keeps the item that has begun, or the name of a member.
    const begun = start >= 0 ? start : valueStart >= 0 ? valueStart : inText ? memberStart : Math.min(at, rest.length);
    const keep = isDone ? rest.length : begun;
    rest = rest.slice(keep);
    at -= keep;
    start = Math.min(start, 0);
    valueStart = Math.min(valueStart, 0);
    memberStart -= keep;
    return ok(items);
  }

  return {
    push(text) {
      waiting += text;
      // To join a piece copies what is kept of an item: the longer that is, the fewer times.
      return waiting.length < rest.length ? ok([]) : read();
    },
    end: () => {
      const last = read();
      if (!last.ok || isDone) return last;
      if (isEmpty) return refuse('is empty');
      if (level === 0) return refuse(depth > 0 ? 'is cut off: it ends in the middle of its JSON' : problem);
      return refuse(`is cut off: it ends in entry ${count + 1}, before the end of the list`);
    },
    members: () => members,
    beside: () => held,
  };
}

function nameOf(text: string): string {
  const name = parsed(text);
  return typeof name === 'string' ? name : '';
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads one JSON value per line. */
export function jsonLinesReader(): ListReader {
  const splitter = lineSplitter();
  let line = 0;
  const parse = (texts: readonly string[]): Result<unknown[], string> => {
    const items: unknown[] = [];
    for (const text of texts) {
      line += 1;
      if (text.trim() === '') continue;
      try {
        items.push(JSON.parse(text));
      } catch {
        return refuse(`is not JSON in line ${line}`);
      }
    }
    return ok(items);
  };
  return {
    push: (text) => parse(splitter.push(text)),
    end: () => parse([splitter.end()]),
    members: () => [],
    beside: () => new Map(),
  };
}
