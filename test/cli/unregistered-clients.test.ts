import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { auditLine } from '../../shared/audit/decision.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { documentStore } from '../../shared/clients/document-store.ts';
import { readDocument } from '../../shared/clients/read-document.ts';
import { registrationStore } from '../../shared/clients/registration-store.ts';
import { selfRegister } from '../../shared/clients/self-registration.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { tables } from '../support/server.ts';
import { day, emptyFolder, pixy, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const host = await startDocumentHost();

describe('clients inspect', () => {
  const inspect = (url: string, ...flags: string[]) => pixy(['clients', 'inspect', url, ...flags]);

  test('says what a server takes, and what people are shown', async () => {
    const { client_id } = host.put('/agent', { redirect_uris: ['http://localhost/callback'], scope: 'openid' });
    const { exitCode, output } = await inspect(client_id, '--allow-loopback');
    expect(exitCode).toBe(0);
    expect(output).toContain('A server that accepts this host takes the client.');
    expect(output).toMatch(/redirect_uris +\["http:\/\/localhost\/callback"\]/);
    expect(output).toContain(`it describes itself at 127.0.0.1:${host.port}, and that nobody has checked it`);
    expect(output).toContain('a warning that any program on their device could be this client');
    expect(output).toMatch(/remembered for +3600 seconds/);
    const { json } = await inspect(client_id, '--allow-loopback', '--json');
    expect(json()).toMatchObject({ verdict: 'accepted', takes: { client_class: 'url', pkce_policy: 'inherit' } });
  });

  test('DC16: names the links for people that the page has', async () => {
    const redirect_uris = ['https://agent.example/callback'];
    const links = { policy_uri: 'https://agent.example/privacy', tos_uri: 'https://elsewhere.example/terms' };
    const { client_id } = host.put('/linking', { redirect_uris, ...links });
    const { output } = await inspect(client_id, '--allow-loopback');
    expect(output).toContain(`a link to ${links.policy_uri}`);
    expect(output).not.toContain('elsewhere');
  });

  test('says which rule a document fails', async () => {
    const { client_id } = host.put('/wrong', { redirect_uris: ['http://evil.example/'] });
    const { exitCode, output, json } = await inspect(client_id, '--allow-loopback', '--json');
    const because = 'The document has a mistake: redirect_uris.0 is http on a host that is not a loopback address.';
    expect([exitCode, json()]).toEqual([1, { client_id, verdict: 'refused', because }]);
    expect(output).not.toContain('evil');
  });

  test('fetches nothing where the URL is wrong already', async () => {
    const before = host.asked.length;
    const { exitCode, output } = await inspect(host.urlOf('/agent'));
    expect(exitCode).toBe(1);
    expect(output).toContain('is not an https URL of a public host, without a port. Nothing was fetched.');
    expect(host.asked).toHaveLength(before);
  });
});

describe('registration token', () => {
  test('makes a token that is shown once, listed by its name, and revoked', async () => {
    const made = (
      await bench.pixy('registration', 'token', 'ci', '--uses', '2', '--confidential', '--by', 'ada', '--json')
    ).json();
    expect(made).toMatchObject({
      name: 'ci',
      uses: 2,
      confidential: true,
      token: expect.stringMatching(/^[\w-]{43}$/),
    });
    const listed = await bench.pixy('registration', 'list', '--json');
    expect(listed.json()).toMatchObject([{ name: 'ci', uses_left: 2, by: 'ada', confidential: true }]);
    expect(listed.output).not.toContain(made.token);
    expect((await bench.pixy('registration', 'token', 'ci')).errors).toContain('There is a token ci already');
    expect((await bench.pixy('registration', 'revoke', 'ci')).output).toBe('Revoked the token ci.\n');
    expect((await bench.pixy('registration', 'list')).output).toBe('There are no tokens.\n');
    expect((await bench.pixy('registration', 'revoke', 'ci')).exitCode).not.toBe(0);
  });

  test.each([
    [['a name'], 'The name has a character'],
    [['ci', '--uses', '0'], '--uses is 0'],
    [['ci', '--expires', '366d'], 'more than a year'],
    [['ci', '--expires', '2026-01-01'], 'in the past'],
  ])('does not take %j', async (argv, problem) => {
    expect((await bench.pixy('registration', 'token', ...argv)).errors).toContain(problem);
  });

  test('a client that registered itself is listed, shown and can be disabled', async () => {
    const document = { redirect_uris: ['https://agent.example/callback'], client_name: 'Listed' };
    const registered = await selfRegister(document, { hasToken: false, mayBeConfidential: false });
    if (!registered.ok) throw new Error(registered.refusal[0].problem);
    const { client } = registered.value;
    await registrationStore(openDatabase(), tables.clients).add(client, 'registration', bench.clock.now);
    const { output } = await bench.pixy('clients', 'list');
    expect(output).toMatch(new RegExp(`${client.clientId} +public, registered itself +S256`));
    expect((await bench.pixy('clients', 'show', client.clientId, '--json')).json()).toMatchObject({
      client_class: 'dynamic',
    });
    expect((await bench.pixy('clients', 'disable', client.clientId)).exitCode).toBe(0);
    bench.clock.now += 2 * day;
    expect((await bench.pixy('clients', 'show', client.clientId, '--json')).json()).toMatchObject({ disabled: true });
    bench.clock.now -= 2 * day;
  });
});

describe('a client that was seen by its document', () => {
  const clientId = 'https://app.example.com/oauth/a-client-with-a-long-name/and-a-long-path/client.json';

  const note = async () => {
    const document = { client_id: clientId, redirect_uris: ['https://app.example.com/callback'] };
    const read = await readDocument(clientId, { text: JSON.stringify(document), contentType: 'application/json' });
    if (!read.ok) throw new Error(read.refusal);
    await documentStore(openDatabase(), tables.clients).note(read.value, bench.clock.now);
  };

  test('is explained, and has S256 by the floor of its class where the default is weaker', async () => {
    await note();
    await bench.pixy('policy', 'set', '--default', 'any');
    const explain = async (...flags: string[]) =>
      (await bench.pixy('policy', 'explain', clientId, ...flags, '--json')).json();
    expect(await explain('--method', 'plain')).toMatchObject({ verdict: 'refused', origin: 'url client floor' });
    expect(await explain()).toMatchObject({ verdict: 'allowed', enforced: 'S256', mode: 'enforce' });
    const { output } = await bench.pixy('policy', 'set', '--url-floor', 'any');
    expect(output).toContain('floors: absent → {"url":"any"}');
    expect((await bench.pixy('policy', 'show')).output).toMatch(
      /floor of url clients +any\nfloor of dynamic clients +S256/,
    );
    expect(await explain('--method', 'plain')).toMatchObject({ verdict: 'allowed', origin: 'global default' });
    await bench.pixy('policy', 'set', '--url-floor', 'S256', '--default', 'S256');
  });

  test('is in the adoption report and the evidence, by host', async () => {
    const decision = { endpoint: 'authorize', verdict: 'allowed', client: clientId, method: 'S256' } as const;
    await mkdir(join(bench.folder, 'audit'));
    await writeFile(
      join(bench.folder, 'audit', '2026-11-22.jsonl'),
      `${auditLine(bench.clock.now - 60, 'r', decision)}\n`,
    );
    const report = (await bench.pixy('report', 'adoption', '--json')).json();
    expect(report.clients).toContainEqual(
      expect.objectContaining({ client_id: clientId, disabled: false, decisions: 1 }),
    );
    const simulated = await bench.pixy('policy', 'simulate', '--default', 'any', '--json');
    expect(simulated.json().clients).toMatchObject([
      { client_id: clientId, state: 'replayed', rules: { policy: 'S256' } },
    ]);
    const file = join(await emptyFolder(onTestFinished), 'evidence');
    expect((await bench.pixy('evidence', '--out', file)).exitCode).toBe(0);
    expect(JSON.parse(await readFile(`${file}.json`, 'utf8')).seen_clients).toMatchObject([
      { host: 'app.example.com', client_id: clientId, effective_policy: { policy: 'S256', mode: 'enforce' } },
    ]);
    expect(await readFile(`${file}.md`, 'utf8')).toMatch(
      /## Clients by metadata document[\s\S]*\| app\.example\.com +\|/,
    );
  });

  test('is no client that nobody saw', async () => {
    const { exitCode, errors } = await bench.pixy('policy', 'explain', 'https://other.example/client.json');
    expect(exitCode).not.toBe(0);
    expect(errors).toContain('see what it says with pixy clients inspect.');
  });

  test('goes from the list 400 days after somebody last allowed it something', async () => {
    const list = (now: number) => documentStore(openDatabase(), tables.clients).list(now);
    expect(await list(bench.clock.now + 399 * day)).toHaveLength(1);
    expect(await list(bench.clock.now + 400 * day)).toHaveLength(0);
  });
});
