import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { readContext } from '../../infra/context.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

const folder = mkdtempSync(join(tmpdir(), 'pixy-settings-'));
const file = join(folder, 'pixy.json');
afterAll(() => {
  rmSync(folder, { recursive: true });
  removeAssemblies();
});

/** What the context is with this file, and these options of the command line. */
function read(settings: unknown, context: Record<string, string> = {}) {
  writeFileSync(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return readContext(testApp(context).node, file);
}

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d';
const prod = { domainName: 'sign-in.example.com', certificateArn };

describe('D9: the settings file', () => {
  it.each<[string, unknown, string]>([
    ['is not JSON', '{', 'is not JSON: '],
    ['names no stages', {}, ': stages '],
    ['names a stage and has none', { stage: 'prod', stages: {} }, ' names the stage prod, but has no stages: '],
    ['has a setting that is none', { stages: { dev: { colour: 'red' } } }, ': stages.dev.colour is not a setting.'],
    [
      'has a text for a switch',
      { stages: { dev: { dashboard: 'no' } } },
      ': stages.dev.dashboard must be true or false.',
    ],
    [
      'has a lifetime in words',
      { stages: { dev: { accessTokenLifetime: 'an hour' } } },
      ': stages.dev.accessTokenLifetime must be a duration such as PT30M or P14D.',
    ],
    ['has other stages', { stages: { prod } }, ' has no stage dev: add it to stages, where there is prod.'],
  ])('is refused with one sentence when it %s', (_, settings, sentence) => {
    expect(() => read(settings)).toThrow(WrongSetting);
    expect(() => read(settings)).toThrow(sentence);
  });

  it('may begin with a byte order mark', () => {
    expect(read(`\uFEFF${JSON.stringify({ stages: { dev: { signing: 'kms' } } })}`)).toMatchObject({ signing: 'kms' });
  });

  it('has what -c has, for the stage that it names or the command line', () => {
    const settings = {
      stage: 'prod',
      stages: { dev: {}, prod: { ...prod, signing: 'kms', signingAlgorithms: ['ES256'] } },
    };
    expect(read(settings)).toMatchObject({
      stage: 'prod',
      protection: true,
      domain: prod,
      signing: 'kms',
      signingAlgorithms: ['ES256'],
    });
    expect(read(settings, { stage: 'dev' })).toEqual({ stage: 'dev', protection: false });
    expect(read(settings, { signing: 'memory' }).signing).toBe('memory');
  });

  it('has tables that exist, all five names or none', () => {
    const names = { grantsTable: 'g', clientsTable: 'c', peopleTable: 'p', keysTable: 'k', wrappingKey: 'w' };
    expect(read({ stages: { dev: names } }).tables).toEqual({
      grants: 'g',
      clients: 'c',
      people: 'p',
      keys: 'k',
      wrappingKey: 'w',
    });
    expect(() => read({ stages: { dev: { grantsTable: 'g' } } })).toThrow('go together');
  });

  it('has the props that are plain data, and durations as ISO 8601', () => {
    const dev = { selfRegistration: true, accessTokenLifetime: 'PT15M', logRetention: 30, brand: { name: 'Example' } };
    const { props } = read({ stages: { dev } });
    expect(props).toEqual({ ...dev, accessTokenLifetime: expect.any(Duration) });
    expect(props?.accessTokenLifetime?.toMinutes()).toBe(15);
  });
});
