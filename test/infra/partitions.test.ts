import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { MultiRegionAuthorizationServer } from '../../infra/stacks/multi-region-authorization-server.ts';
import { everything, everythingOfRegions } from './everything.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

/* Servers in China, GovCloud and the European Sovereign Cloud: nothing names the partition `aws`, and what is not there is refused. */

afterAll(removeAssemblies);

const account = '111122223333';
type PropsOf = (stack: Stack) => AuthorizationServerProps;

function synthesize(region: string, propsOf: PropsOf): string {
  const stack = new Stack(testApp(), 'Mine', { env: { account, region } });
  new AuthorizationServer(stack, 'Auth', propsOf(stack));
  return JSON.stringify(Template.fromStack(stack).toJSON());
}

const { mail: _, ...withoutMail } = everything;

/** In China, a function of one's own sends. */
const sending = (stack: Stack, partition: string, region: string) =>
  LambdaFunction.fromFunctionArn(stack, 'Send', `arn:${partition}:lambda:${region}:${account}:function:send`);

describe.each([
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
])('in %s', (region, partition) => {
  const everythingThere: PropsOf = (stack) =>
    partition === 'aws-cn' ? { ...withoutMail, hooks: { sendMessage: sending(stack, partition, region) } } : everything;

  test('every setting is synthesized, with ARNs of that partition', () => {
    const template = synthesize(region, everythingThere);
    expect(template).toContain(`arn:${partition}:`);
    expect(template).not.toContain('arn:aws:');
  });

  test('front is refused', () => {
    const withFront: PropsOf = (stack) => ({
      front: {
        domainName: 'sign-in.example.com',
        certificate: Certificate.fromCertificateArn(
          stack,
          'C',
          `arn:${partition}:acm:us-east-1:${account}:certificate/x`,
        ),
        webAclArn: `arn:${partition}:wafv2:us-east-1:${account}:global/webacl/one/1`,
      },
    });
    expect(() => synthesize(region, withFront)).toThrow(
      `which AWS has in the partition aws only, but ${region} is in ${partition}: use domain instead.`,
    );
  });
});

test('mail by SES is refused in China, where there is none', () => {
  expect(() => synthesize('cn-northwest-1', () => everything)).toThrow(
    'mail is sent by Amazon SES, which is not in cn-northwest-1: use hooks.sendMessage instead.',
  );
});

test('several regions of China are one server, with ARNs of China', () => {
  const { mail: __, removalGrace: ___, ...props } = everythingOfRegions;
  const app = testApp();
  const server = new MultiRegionAuthorizationServer(app, 'Auth', {
    ...props,
    mailCodes: false,
    selfRegistration: false,
    stage: 'prod',
    regions: { a: 'cn-north-1', b: 'cn-northwest-1' },
    first: 'a',
    domain: { domainName: 'sign-in.example.com', hostedZone: { hostedZoneId: 'Z123', zoneName: 'example.com' } },
    account,
  });
  for (const { api } of Object.values(server.regions)) {
    const template = JSON.stringify(Template.fromStack(Stack.of(api)).toJSON());
    expect(template).toContain('arn:aws-cn:lambda:');
    expect(template).not.toContain('arn:aws:');
  }
});
