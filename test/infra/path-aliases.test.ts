import { afterAll, describe, expect, test } from 'vitest';
import type { AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { pathAliases } from '../../shared/oauth/path-aliases.ts';
import { send } from '../support/http.ts';
import { startTestServer } from '../support/server.ts';
import { ofType, removeAssemblies, templateWith } from './synthesize.ts';

const server = await startTestServer();
const paths = pathAliases.map(({ path }) => path);

describe('a local run without the option', () => {
  test('answers at none of the paths', async () => {
    for (const path of paths.flatMap((path) => [path, `${path}/`])) {
      expect((await send(server.port, path)).status).toBe(404);
    }
  });
});

describe('a deployed server', () => {
  afterAll(removeAssemblies);

  const routeKeys = (props: AuthorizationServerProps): string[] =>
    ofType(templateWith(props), 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties['RouteKey']);

  test('has no such routes without the prop', () => {
    const keys = routeKeys({});
    expect(keys).toContain('ANY /authorize');
    for (const path of paths) expect(keys.some((key) => key.includes(path))).toBe(false);
  });

  test('has with it a route for each path, and one that takes its trailing slash, for which API Gateway has no route of its own', () => {
    const keys = routeKeys({ pathAliases: true });
    expect(keys).toContain('ANY /authorize');
    for (const path of paths) expect(keys).toEqual(expect.arrayContaining([`ANY ${path}`, `ANY ${path}/{proxy+}`]));
    expect(keys.filter((key) => key.endsWith('/'))).toEqual(['ANY /']);
  });

  test('has for a prefix the routes of OneWelcome below it, and no others', () => {
    const keys = routeKeys({ pathAliasPrefixes: ['/tenant'] });
    expect(keys.filter((key) => key.includes('/tenant')).toSorted()).toEqual([
      'ANY /tenant/auth/oauth2.0/v1/authorize',
      'ANY /tenant/auth/oauth2.0/v1/authorize/{proxy+}',
      'ANY /tenant/auth/oauth2.0/v1/token',
      'ANY /tenant/auth/oauth2.0/v1/token/{proxy+}',
    ]);
    expect(keys).not.toContain('ANY /oauth/token');
  });

  test.each([
    ['tenant', 'is not a path'],
    ['/tenant/', 'is not a path'],
    ['/a//b', 'is not a path'],
    ['/..', 'is not a path'],
    ['/{proxy+}', 'is not a path'],
    ['/a b', 'is not a path'],
    ['', 'is not a path'],
  ])('is not made with the prefix %j', (prefix, problem) => {
    expect(() => templateWith({ pathAliasPrefixes: [prefix] })).toThrow(problem);
  });

  test('is not made with a prefix twice, or with more prefixes than permissions have room for', () => {
    expect(() => templateWith({ pathAliasPrefixes: ['/a', '/a'] })).toThrow('twice');
    const eleven = Array.from({ length: 11 }, (_, at) => `/t${at}`);
    expect(() => templateWith({ pathAliasPrefixes: eleven })).toThrow('more than 10');
  });

  test('may call the functions from each of these routes, within the 20 KB that a function has for such permissions', () => {
    const pathAliasPrefixes = Array.from({ length: 10 }, (_, at) => `/tenant-${at}`);
    const props = { pathAliases: true, pathAliasPrefixes };
    const found = ofType(templateWith(props), 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties);
    const permissions = found.map((properties) => JSON.stringify(properties));
    for (const path of paths) {
      expect(permissions.some((text) => text.includes(`/*/*${path}"`))).toBe(true);
      expect(permissions.some((text) => text.includes(`/*/*${path}/{proxy+}"`))).toBe(true);
    }
    const ofFunctions = Object.values(Object.groupBy(found, ({ FunctionName }) => JSON.stringify(FunctionName)));
    for (const own of ofFunctions) expect(JSON.stringify(own).length).toBeLessThan(20_000);
  });
});
