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
    expect(keys.filter((key) => key.endsWith('/'))).toEqual([]);
  });

  test('may call the functions from each of these routes, within the 20 KB that a function has for such permissions', () => {
    const permissions = ofType(templateWith({ pathAliases: true }), 'AWS::Lambda::Permission').map(
      ([, { Properties }]) => JSON.stringify(Properties),
    );
    for (const path of paths) {
      expect(permissions.some((text) => text.includes(`/*/*${path}"`))).toBe(true);
      expect(permissions.some((text) => text.includes(`/*/*${path}/{proxy+}"`))).toBe(true);
    }
    expect(permissions.join('').length).toBeLessThan(20_000);
  });
});
