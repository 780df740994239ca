import { readFileSync } from 'node:fs';
import type { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * Part of every bundle. Names the sources in stack traces, as Node's `--enable-source-maps` does. That reads and parses the maps while a
 * function starts, which takes an eighth of its start; this reads one when somebody first reads a stack.
 */

const maps = new Map<string, SourceMap | undefined>();

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(`${fileURLToPath(file)}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    const { SourceMap } = process.getBuiltinModule('node:module');
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // A stack without the names of its sources is better than none.
  }
}

function placeOf(call: NodeJS.CallSite): string {
  const [file, line, column] = [call.getFileName(), call.getLineNumber(), call.getColumnNumber()];
  // Types leave out that it writes itself.
  const text = (call as { toString(): string }).toString();
  if (!file?.startsWith('file:') || line === null || column === null) return text;
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalSource' in entry)) return text;
  const source = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return text.replace(`${file}:${line}:${column}`, source);
}

Error.prepareStackTrace = (error, calls) =>
  [String(error), ...calls.map((call) => `    at ${placeOf(call)}`)].join('\n');
