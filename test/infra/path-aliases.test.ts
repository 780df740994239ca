import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, test } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { pathAliases } from '../../shared/oauth/path-aliases.ts';
import { send } from '../support/http.ts';
import { startTestServer } from '../support/server.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

const paths = pathAliases.map(({ path }) => path);

describe('a local run without the option', () => {
  test('answers at none of the paths', async () => {
    const server = await startTestServer();
    for (const path of paths.flatMap((path) => [path, `${path}/`])) {
      expect((await send(server.port, path)).status).toBe(404);
    }
  });
});

describe('a deployed server', () => {
  afterAll(removeAssemblies);

  /** The template, and its route keys. */
  function deployed(props: { pathAliases?: boolean }) {
    const stack = new Stack(testApp(), 'Mine');
    new AuthorizationServer(stack, 'Auth', { stage: 'dev', ...props });
    const template = Template.fromStack(stack);
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
    return { template, keys: routes.map(({ Properties }): string => Properties['RouteKey']) };
  }

  test('has no such routes without the prop', () => {
    const { keys } = deployed({});
    expect(keys).toContain('ANY /authorize');
    for (const path of paths) expect(keys.some((key) => key.includes(path))).toBe(false);
  });

  test('has with it a route for each path, and one that takes its trailing slash, for which API Gateway has no route of its own', () => {
    const { keys } = deployed({ pathAliases: true });
    expect(keys).toContain('ANY /authorize');
    for (const path of paths) expect(keys).toEqual(expect.arrayContaining([`ANY ${path}`, `ANY ${path}/{proxy+}`]));
    expect(keys.filter((key) => key.endsWith('/'))).toEqual([]);
  });

  test('may call the functions from each of these routes, within the 20 KB that a function has for such permissions', () => {
    const { template } = deployed({ pathAliases: true });
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission')).map((permission) =>
      JSON.stringify(permission['Properties']),
    );
    for (const path of paths) {
      expect(permissions.some((text) => text.includes(`/*/*${path}"`))).toBe(true);
      expect(permissions.some((text) => text.includes(`/*/*${path}/{proxy+}"`))).toBe(true);
    }
    expect(permissions.join('').length).toBeLessThan(20_000);
  });
});
