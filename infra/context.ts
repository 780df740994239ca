import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct, Node } from 'constructs';
import type { CustomDomain } from './constructs/http-api.ts';
import { type Stage, stages } from './stage.ts';
import { WrongSetting } from './wrong-setting.ts';

export type DomainContext = {
  domainName: string;
  certificateArn: string;
  hostedZone?: { hostedZoneId: string; zoneName: string };
};

export type PixyContext = { stage: Stage; domain?: DomainContext };

/** What was asked for on the command line: `cdk deploy -c stage=prod -c domainName=… -c certificateArn=…`. */
export function readContext(node: Node): PixyContext {
  const read = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.trim() === '') throw new WrongSetting(`-c ${name}=… needs a value.`);
    return value.trim();
  };

  const name = read('stage') ?? 'dev';
  const stage = stages.find((known) => known === name);
  if (!stage) throw new WrongSetting(`-c stage=${name} is not a stage: write ${stages.join(' or ')}.`);

  const domainName = read('domainName');
  const certificateArn = read('certificateArn');
  const hostedZoneId = read('hostedZoneId');
  const zoneName = read('hostedZoneName');
  if (domainName === undefined) {
    if (certificateArn ?? hostedZoneId ?? zoneName) {
      throw new WrongSetting(
        '-c certificateArn, hostedZoneId and hostedZoneName belong to a custom domain: add -c domainName=….',
      );
    }
    return { stage };
  }
  if (certificateArn === undefined) {
    throw new WrongSetting('-c domainName=… also needs -c certificateArn=…, the ACM certificate of that name.');
  }
  if (!/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/.test(certificateArn)) {
    throw new WrongSetting(
      `-c certificateArn=${certificateArn} is not the ARN of an ACM certificate (arn:aws:acm:<region>:<account>:certificate/<id>).`,
    );
  }
  if (hostedZoneId === undefined && zoneName === undefined) return { stage, domain: { domainName, certificateArn } };
  if (hostedZoneId === undefined || zoneName === undefined) {
    throw new WrongSetting(
      '-c hostedZoneId=… and -c hostedZoneName=… go together: give both, or none to make the DNS record yourself.',
    );
  }
  return { stage, domain: { domainName, certificateArn, hostedZone: { hostedZoneId, zoneName } } };
}

/** The custom domain as the construct takes it. Nothing is looked up, so synthesis needs neither network nor credentials. */
export function customDomain(scope: Construct, context: DomainContext): CustomDomain {
  const { domainName, certificateArn, hostedZone } = context;
  return {
    domainName,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    hostedZone: hostedZone && HostedZone.fromHostedZoneAttributes(scope, 'HostedZone', hostedZone),
  };
}
