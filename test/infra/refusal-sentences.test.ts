import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { bundlesOfRun } from './bundle-once.ts';

// Of two names of functions, one ends like the other: check-token, token.
const bundles = new Map(
  ['token', 'metadata'].map((name) => [name, readFileSync(join(bundlesOfRun(), name, 'index.mjs'), 'utf8')]),
);
const has = (name: string, { means, fix }: { means: string; fix: string }): boolean =>
  [means, fix].every((text) => bundles.get(name)?.includes(JSON.stringify(text).slice(1, -1)));

test('token has the sentences about what it refuses, and those of no page', () => {
  for (const reason of ['code_spent', 'code_verifier_mismatch', 'client_secret_wrong', 'store_unavailable'] as const) {
    expect(has('token', refusalCatalogue[reason])).toBe(true);
  }
  for (const reason of ['passkey_copied', 'upstream_denied', 'last_way_in'] as const) {
    expect(has('token', refusalCatalogue[reason])).toBe(false);
  }
});

test.each(Object.entries(refusalCatalogue))(
  'the page of errors explains %s, and some function names it in its code',
  (reason, entry) => {
    expect(has('metadata', entry)).toBe(true);
    expect(code).toContain(`'${reason}'`);
  },
);

/** All code but the catalogue and the type of its reasons: a reason that was put together from parts would be found nowhere. */
const code = ['shared', 'functions']
  .flatMap((room) => readdirSync(room, { recursive: true, encoding: 'utf8' }).map((path) => join(room, path)))
  .filter((path) => path.endsWith('.ts') && !/oauth\/refusal(-catalogue)?\.ts$/.test(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');
