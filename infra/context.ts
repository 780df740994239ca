import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct, Node } from 'constructs';
import { type SigningAlgorithm, signingAlgorithms } from '../shared/keys/signing-key.ts';
import type { AuthorizationServerProps } from './authorization-server-props.ts';
import type { ExistingTables } from './constructs/authorization-server-tables.ts';
import type { CustomDomain } from './constructs/http-api.ts';
import type { MailProps } from './constructs/mail.ts';
import { namesOfBoth, namesOfFileOnly, readSettingsFile } from './settings-file.ts';
import type { Signing } from './signing.ts';
import { stageSettings } from './stage.ts';
import { WrongSetting } from './wrong-setting.ts';

export type DomainContext = {
  domainName: string;
  certificateArn: string;
  hostedZone?: { hostedZoneId: string; zoneName: string };
};

export type PixyContext = {
  stage: string;
  protection: boolean;
  domain?: DomainContext;
  tables?: ExistingTables;
  signing?: Signing;
  signingAlgorithms?: readonly SigningAlgorithm[];
  alarmTopicArn?: string;
  mail?: MailProps;
  /** What only the settings file can say. */
  props?: AuthorizationServerProps;
};

type Read = (name: string) => string | undefined;

/**
 * Reads the settings of a stage from `pixy.json`, and from the command line, which goes before it: `cdk deploy -c stage=prod -c
 * domainName=…`. Throws {@link WrongSetting} for unusable ones.
 */
export function readContext(node: Node, file = 'pixy.json'): PixyContext {
  const onCommandLine: Read = (name) => {
    const value: unknown = node.tryGetContext(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.trim() === '') throw new WrongSetting(`-c ${name}=… needs a value.`);
    return value.trim();
  };

  checkNames(node.getAllContext() as Readonly<Record<string, unknown>>, file);
  const settings = readSettingsFile(file);
  const stage = onCommandLine('stage') ?? settings?.stage ?? 'dev';
  const { given, props } = settings?.of(stage) ?? { given: {}, props: {} };
  const read: Read = (name) => onCommandLine(name) ?? given[name as 'domainName'];
  const wanted = readProtection(onCommandLine) ?? given.protection;
  const { protect: protection } = stageSettings({ stage, protection: wanted });

  const signing = read('signing');
  if (signing !== undefined && signing !== 'memory' && signing !== 'kms') {
    throw new WrongSetting(`-c signing=${signing} is not a place for private keys: write memory or kms.`);
  }
  return {
    stage,
    protection,
    domain: readDomain(read, stage, protection),
    ...readTables(read),
    signing,
    ...readAlgorithms(read),
    ...readAlarmTopic(read),
    ...readMail(read),
    ...(Object.keys(props).length > 0 && { props }),
  };
}

/** Nobody hears otherwise that `-c passwords=false` or `-c domainname=…` did nothing. What is no text comes from an app of its own. */
function checkNames(context: Readonly<Record<string, unknown>>, file: string): void {
  const given = Object.keys(context).filter((name) => typeof context[name] === 'string');
  const ofFile = given.find((name) => namesOfFileOnly.includes(name));
  if (ofFile !== undefined) {
    throw new WrongSetting(`-c ${ofFile}=… does nothing: write ${ofFile} below its stage in ${file}.`);
  }
  const meant = (name: string) => namesOfBoth.find((one) => one.toLowerCase() === name.toLowerCase());
  const misspelt = given.find((name) => ![undefined, name].includes(meant(name)));
  if (misspelt !== undefined) throw new WrongSetting(`-c ${misspelt}=… does nothing: write ${meant(misspelt)}.`);
}

/** Whether the names are names is for the construct to say. */
function readTables(read: Read): Pick<PixyContext, 'tables'> {
  const [grants, clients, people, keys] = [
    read('grantsTable'),
    read('clientsTable'),
    read('peopleTable'),
    read('keysTable'),
  ];
  const wrappingKey = read('wrappingKey');
  const given = [grants, clients, people, keys, wrappingKey];
  if (given.every((one) => one === undefined)) return {};
  if (!grants || !clients || !people || !keys || !wrappingKey) {
    throw new WrongSetting(
      '-c grantsTable, clientsTable, peopleTable, keysTable and wrappingKey go together: give all five to use tables that exist, or none.',
    );
  }
  return { tables: { grants, clients, people, keys, wrappingKey } };
}

function readAlgorithms(read: Read): Pick<PixyContext, 'signingAlgorithms'> {
  const names = read('signingAlgorithms')?.split(/[, ]+/);
  if (names === undefined) return {};
  const known = names.map((name) => {
    const algorithm = signingAlgorithms.find((one) => one === name);
    if (algorithm) return algorithm;
    throw new WrongSetting(
      `-c signingAlgorithms=… has "${name}": write some of ${signingAlgorithms.join(',')}, separated by commas.`,
    );
  });
  return { signingAlgorithms: known };
}

/** Whether `mailFrom` is an address is for the construct to say. */
function readMail(read: Read): Pick<PixyContext, 'mail'> {
  const [from, identity, configurationSet] = [read('mailFrom'), read('mailIdentity'), read('mailConfigurationSet')];
  if (from !== undefined) return { mail: { from, identity, configurationSet } };
  if (identity ?? configurationSet) {
    throw new WrongSetting('-c mailIdentity and mailConfigurationSet belong to mail: add -c mailFrom=….');
  }
  return {};
}

function readAlarmTopic(read: Read): Pick<PixyContext, 'alarmTopicArn'> {
  const alarmTopicArn = read('alarmTopicArn');
  if (alarmTopicArn === undefined || /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/.test(alarmTopicArn)) {
    return { alarmTopicArn };
  }
  throw new WrongSetting(
    `-c alarmTopicArn=${alarmTopicArn} is not the ARN of an SNS topic (arn:aws:sns:<region>:<account>:<name>).`,
  );
}

function readProtection(read: Read): boolean | undefined {
  const text = read('protection');
  if (text === undefined || text === 'true' || text === 'false')
    return text === undefined ? undefined : text === 'true';
  throw new WrongSetting(`-c protection=${text} is neither true nor false.`);
}

/** `none` says that the address of the HTTP API is meant. Leaving the name out says nothing, and would change the issuer of what is there. */
function readDomain(read: Read, stage: string, isProtected: boolean): DomainContext | undefined {
  const named = read('domainName');
  if (named === undefined && isProtected) {
    throw new WrongSetting(
      `domainName is missing, and stage ${stage} keeps its data and its issuer: write the name in pixy.json or as -c domainName=…, or none if the issuer is the address of the HTTP API.`,
    );
  }
  const domainName = named === 'none' ? undefined : named;
  const certificateArn = read('certificateArn');
  const hostedZoneId = read('hostedZoneId');
  const zoneName = read('hostedZoneName');
  if (domainName === undefined) {
    if (certificateArn ?? hostedZoneId ?? zoneName) {
      throw new WrongSetting(
        '-c certificateArn, hostedZoneId and hostedZoneName belong to a custom domain: add -c domainName=….',
      );
    }
    return undefined;
  }
  if (certificateArn === undefined) {
    throw new WrongSetting('-c domainName=… also needs -c certificateArn=…, the ACM certificate of that name.');
  }
  if (!/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/.test(certificateArn)) {
    throw new WrongSetting(
      `-c certificateArn=${certificateArn} is not the ARN of an ACM certificate (arn:aws:acm:<region>:<account>:certificate/<id>).`,
    );
  }
  if (hostedZoneId === undefined && zoneName === undefined) return { domainName, certificateArn };
  if (hostedZoneId === undefined || zoneName === undefined) {
    throw new WrongSetting(
      '-c hostedZoneId=… and -c hostedZoneName=… go together: give both, or none to make the DNS record yourself.',
    );
  }
  return { domainName, certificateArn, hostedZone: { hostedZoneId, zoneName } };
}

/** Returns the custom domain for the construct. Looks nothing up, so synthesis needs neither network nor credentials. */
export function customDomain(scope: Construct, context: DomainContext): CustomDomain {
  const { domainName, certificateArn, hostedZone } = context;
  return {
    domainName,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    hostedZone: hostedZone && HostedZone.fromHostedZoneAttributes(scope, 'HostedZone', hostedZone),
  };
}
