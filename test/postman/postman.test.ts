import { readFileSync } from 'node:fs';
import type { NewmanRunSummary } from 'newman';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalServer, startServer } from '../../infra/local/server.ts';
import { failuresOf, runCollection } from './run-collection.ts';

const collection = JSON.parse(readFileSync('postman/pixy.postman_collection.json', 'utf8'));
const environment = JSON.parse(readFileSync('postman/local.postman_environment.json', 'utf8'));

let server: LocalServer;
let summary: NewmanRunSummary;

/** What `npm start` starts, on a free port. */
beforeAll(async () => {
  server = await startServer({ port: 0, data: 'memory', writeLine: () => {} });
  summary = await runCollection({ collection, environment, envVar: [{ key: 'issuer', value: server.issuer }] });
}, 600_000);

afterAll(() => server?.close());

test('every request of the collection is answered as its tests say', () => {
  expect(failuresOf(summary)).toEqual([]);
});

test('every request has a test, and all of them ran', () => {
  const { requests, assertions } = summary.run.stats;
  const names = collection.item.flatMap(({ item }: { item: object[] }) => item);
  expect(requests.total).toBe(names.length);
  expect(assertions.total).toBeGreaterThanOrEqual(names.length);
  expect(summary.run.executions.filter(({ assertions: made }) => !made?.length)).toEqual([]);
});
