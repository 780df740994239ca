import { readFileSync } from 'node:fs';
import type { NewmanRunSummary } from 'newman';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalServer, startServer } from '../../infra/local/server.ts';
import { installPackages } from '../../scripts/install-packages.ts';

const collection = JSON.parse(readFileSync('postman/pixy.postman_collection.json', 'utf8'));
const environment = JSON.parse(readFileSync('postman/local.postman_environment.json', 'utf8'));

/** It copies every function of `node:fs`, and with them one that Node warns of. */
async function loadNewman() {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return (await import('newman')).default;
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}

let server: LocalServer;
let summary: NewmanRunSummary;

/** What `npm start` starts, on a free port. Where newman is not installed yet, the network decides how long that takes. */
beforeAll(async () => {
  installPackages(import.meta.dirname);
  const newman = await loadNewman();
  server = await startServer({ port: 0, data: 'memory', writeLine: () => {} });
  summary = await new Promise((resolve, reject) => {
    const envVar = [{ key: 'issuer', value: server.issuer }];
    newman.run({ collection, environment, envVar }, (error, result) => (error ? reject(error) : resolve(result)));
  });
}, 600_000);

afterAll(() => server?.close());

test('every request of the collection is answered as its tests say', () => {
  const failures = summary.run.failures.map(({ source, error }) => `${source?.name}: ${error.test}: ${error.message}`);
  expect(failures).toEqual([]);
});

test('every request has a test, and all of them ran', () => {
  const { requests, assertions } = summary.run.stats;
  const names = collection.item.flatMap(({ item }: { item: object[] }) => item);
  expect(requests.total).toBe(names.length);
  expect(assertions.total).toBeGreaterThanOrEqual(names.length);
  expect(summary.run.executions.filter(({ assertions: made }) => !made?.length)).toEqual([]);
});
