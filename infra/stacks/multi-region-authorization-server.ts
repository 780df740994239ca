import { Arn, ArnFormat, type Stack, Tags } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone, type HostedZoneAttributes } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import * as v from 'valibot';
import packageJson from '../../package.json' with { type: 'json' };
import type { AuthorizationServer } from '../authorization-server.ts';
import type { AuthorizationServerProps } from '../authorization-server-props.ts';
import { checkProps, isOn, knownText, object } from '../check-props.ts';
import type { ExistingTables } from '../constructs/authorization-server-tables.ts';
import type { CustomDomain } from '../constructs/http-api.ts';
import { checkRegions, type HomeProps, isFirst, otherHomes, type RegionRouting } from '../home.ts';
import { serverProps } from '../server-props.ts';
import { stageSettings } from '../stage.ts';
import { WrongSetting } from '../wrong-setting.ts';
import { ApiStack } from './api-stack.ts';
import { TablesStack } from './tables-stack.ts';

/** The one host name of all regions. */
export interface RegionsDomain {
  /** A host name such as `sign-in.example.com`. The issuer is `https://` and this name. */
  readonly domainName: string;
  /**
   * The public Route 53 zone that gets a record for each region, with a health check.
   *
   * @default - none; lead the name to the regions yourself, by the outputs `DnsTarget`
   */
  readonly hostedZone?: HostedZoneAttributes;
  /**
   * The ARN of an ACM certificate for the name in each region, by letter.
   *
   * @default - made in each region, and validated by the hosted zone
   */
  readonly certificates?: Readonly<Record<string, string>>;
}

/** Settings of a server that may differ between its regions. */
export type PropsOfRegion = Omit<
  AuthorizationServerProps,
  'stage' | 'protection' | 'tables' | 'home' | 'domain' | 'front' | 'signing' | 'keyTags'
>;

/** What all regions are told alike. */
export interface MultiRegionAuthorizationServerProps
  extends Omit<
    AuthorizationServerProps,
    | 'stage'
    | 'protection'
    | 'tables'
    | 'home'
    | 'domain'
    | 'front'
    | 'signing'
    | 'keyTags'
    | 'alarmTopic'
    | 'hooks'
    | 'upstreams'
    | 'passwordPepper'
    | 'logEncryptionKey'
  > {
  /**
   * The regions by letter: `{ a: 'eu-central-1', b: 'us-east-1' }`. A letter is in every code and token of its region, so it never becomes
   * another one. Add or remove one region at a time.
   */
  readonly regions: Readonly<Record<string, string>>;
  /** The letter of the region that makes the tables and the keys, and runs what runs once. It stays the first. */
  readonly first: string;
  /** The host name of the server in all regions. */
  readonly domain: RegionsDomain;
  /** What the deployment is called, up to 38 letters, digits and hyphens. Stacks, functions and SSM parameters are named after it. */
  readonly stage: string;
  /**
   * Keeps tables, keys and logs when stacks are deleted, in every region.
   *
   * @default true, except for the stage `dev`
   */
  readonly protection?: boolean;
  /**
   * How Route 53 chooses a region. `latency`: the nearest that is healthy. `failover`: the first one while it is healthy, for two regions.
   *
   * @default 'latency'
   */
  readonly routing?: RegionRouting;
  /**
   * Keeps the key of a server that had one region until now: KMS cannot give it replicas. Functions of the other regions then need KMS of
   * the first one to start.
   *
   * @default false
   */
  readonly oneRegionKey?: boolean;
  /**
   * Tables that exist, for every region by letter. Those of clients, people and keys have to be global tables, of the same name
   * everywhere.
   *
   * @default - made, with replicas
   */
  readonly tables?: Readonly<Record<string, ExistingTables>>;
  /**
   * The account of all regions.
   *
   * @default - that of the credentials of the CDK CLI
   */
  readonly account?: string;
  /**
   * Settings of one region: what has to be in the region of its stack, such as hooks, secrets and the topic of the alarms. They go before
   * those of all regions.
   *
   * @default - none
   */
  readonly server?: (stack: Stack, letter: string) => PropsOfRegion;
}

/** What there is in one region. */
export interface StacksOfRegion {
  readonly tables: TablesStack;
  readonly api: ApiStack;
  readonly server: AuthorizationServer;
}

/**
 * One authorization server in several regions, with one issuer (docs/deploy.md). In each region it makes two stacks, for the data and for
 * everything else. They stand beside it in the app, and those of the first region are the stacks of `pixyStacks`, which they update where
 * they are deployed.
 *
 * ```ts
 * new MultiRegionAuthorizationServer(app, 'Auth', {
 *   stage: 'prod',
 *   regions: { a: 'eu-central-1', b: 'us-east-1' },
 *   first: 'a',
 *   domain: { domainName: 'sign-in.example.com', hostedZone: { hostedZoneId: 'Z123', zoneName: 'example.com' } },
 * });
 * ```
 */
export class MultiRegionAuthorizationServer extends Construct {
  /** An origin without a trailing slash. */
  readonly issuer: string;
  /** The stacks and the server of every region, by letter. */
  readonly regions: Readonly<Record<string, StacksOfRegion>>;

  constructor(scope: Construct, id: string, props: MultiRegionAuthorizationServerProps) {
    super(scope, id);
    checkProps(this, multiRegionProps, props);
    const { stage, regions, first, domain, routing, tables, account, server, protection: wanted, ...others } = props;
    const { oneRegionKey = false, ...everywhere } = others;
    const { protect: protection } = stageSettings({ stage: checked(stage), protection: wanted });
    checkRegions({ regions, first, routing });
    checkDomain(domain, regions);
    if (tables) checkExisting(tables, regions);
    checkEverywhere(everywhere);

    const letters = [first, ...Object.keys(regions).filter((letter) => letter !== first)];
    const made: Record<string, StacksOfRegion> = {};
    for (const letter of letters) {
      const home: HomeProps = { letter, regions, first, routing, functionPrefix: `Pixy-${stage}-` };
      const env = { account: account ?? process.env['CDK_DEFAULT_ACCOUNT'], region: regions[letter] };
      const called = (kind: string) => `Pixy-${stage}-${kind}${isFirst(home) ? '' : `-${letter}`}`;
      const before = made[first];
      const tablesStack = new TablesStack(scope, called('Tables'), {
        env,
        stage,
        protection,
        existing: tables?.[letter],
        first: before?.tables.tables,
        replicaRegions: otherHomes(home).map(([, region]) => region),
        multiRegionKey: !oneRegionKey,
      });
      const api = new ApiStack(scope, called('Api'), {
        env,
        stage,
        protection,
        tables: tablesStack.tables,
        server: (stack) => {
          const given = server?.(stack, letter) ?? {};
          checkGiven(given);
          return { ...everywhere, ...given, home, domain: domainIn(stack, letter, domain) };
        },
      });
      if (before) {
        tablesStack.addStackDependency(before.tables);
        // The first region makes the keys that the others serve and sign with.
        api.addStackDependency(before.api);
      }
      for (const stack of [tablesStack, api]) Tags.of(stack).add('pixy-version', packageJson.version);
      made[letter] = { tables: tablesStack, api, server: api.server };
    }
    this.regions = made;
    this.issuer = `https://${domain.domainName}`;
  }
}

/** What is of one region. */
const notEverywhere = ['alarmTopic', 'hooks', 'upstreams', 'passwordPepper', 'logEncryptionKey'] as const;

const multiRegionProps = {
  ...serverProps,
  ...Object.fromEntries(notEverywhere.map((name) => [name, v.any()])),
  regions: v.any(),
  first: knownText,
  domain: object({
    domainName: knownText,
    hostedZone: object({ hostedZoneId: knownText, zoneName: knownText }),
    certificates: v.record(v.string(), knownText, 'must be an object'),
  }),
  routing: v.any(),
  oneRegionKey: isOn,
  account: knownText,
  server: v.function('must be a function that returns settings'),
} satisfies Record<keyof MultiRegionAuthorizationServerProps, v.GenericSchema>;

/** Names of functions begin with it, and the longest of them has to fit. */
const longestStage = 38;

/* The types ask for what is missing here, but not every app has types. */

function checked(stage: string | undefined): string {
  if (!stage)
    throw new WrongSetting('stage is missing: stacks and functions of all regions are named after it, such as prod.');
  if (stage.length <= longestStage) return stage;
  throw new WrongSetting(
    `stage must have up to ${longestStage} characters with several regions, because functions are named after it, but "${stage}" has ${stage.length}.`,
  );
}

/** What is made for each region. */
const notGiven = ['stage', 'protection', 'tables', 'home', 'domain', 'front', 'signing', 'keyTags'] as const;

function checkEverywhere(everywhere: object): void {
  const wrong = notEverywhere.find((name) => name in everywhere);
  if (wrong === undefined) return;
  throw new WrongSetting(
    `${wrong} is of one region: give each its own, by server: (stack, letter) => ({ ${wrong}: … }).`,
  );
}

function checkGiven(given: object): void {
  const wrong = notGiven.find((name) => name in given);
  if (wrong === undefined) return;
  throw new WrongSetting(`server gives ${wrong}, which cannot differ between regions: leave it out there.`);
}

function checkDomain(domain: RegionsDomain | undefined, regions: Readonly<Record<string, string>>): void {
  if (domain === undefined) {
    throw new WrongSetting(
      "domain is missing: several regions are one issuer by a host name, such as domain: { domainName: 'sign-in.example.com', … }.",
    );
  }
  const { certificates, hostedZone } = domain;
  if (certificates === undefined) {
    if (hostedZone !== undefined) return;
    throw new WrongSetting(
      'domain needs certificates, an ACM certificate in each region by letter, or a hostedZone in which new ones are validated.',
    );
  }
  for (const [letter, region] of Object.entries(regions)) {
    const arn = certificates[letter];
    if (arn === undefined) {
      throw new WrongSetting(`domain.certificates.${letter} is missing: the ACM certificate of ${region}.`);
    }
    if (!/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/.test(arn)) {
      throw new WrongSetting(
        `domain.certificates.${letter} must be the ARN of an ACM certificate (arn:aws:acm:<region>:<account>:certificate/<id>), but is "${arn}".`,
      );
    }
    const { region: found } = Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
    if (found === region) continue;
    throw new WrongSetting(`domain.certificates.${letter} must be in ${region}, but ${arn} is in ${found}.`);
  }
  const stranger = Object.keys(certificates).find((letter) => !Object.hasOwn(regions, letter));
  if (stranger !== undefined) {
    throw new WrongSetting(
      `domain.certificates has ${stranger}, which is none of regions: ${Object.keys(regions).join(', ')}.`,
    );
  }
}

/** Tables that are there replicate only to tables of the same name. */
const copied = ['clients', 'people', 'keys'] as const;

function checkExisting(
  tables: Readonly<Record<string, ExistingTables>>,
  regions: Readonly<Record<string, string>>,
): void {
  for (const [letter, region] of Object.entries(regions)) {
    const own = tables[letter];
    if (own === undefined) {
      throw new WrongSetting(`tables.${letter} is missing: name those of ${region} as well, or let all be made.`);
    }
    const [other, theirs] = Object.entries(tables)[0] ?? [letter, own];
    const different = copied.find((name) => own[name] !== theirs[name]);
    if (different !== undefined) {
      throw new WrongSetting(
        `tables.${letter}.${different} must be ${theirs[different]} as in ${other}, because copies of a global table have one name, but is ${own[different]}.`,
      );
    }
  }
}

/** The name as one region has it, with a certificate of that region. */
function domainIn(stack: Stack, letter: string, { domainName, hostedZone, certificates }: RegionsDomain): CustomDomain {
  const zone = hostedZone && HostedZone.fromHostedZoneAttributes(stack, 'HostedZone', hostedZone);
  const arn = certificates?.[letter];
  const certificate =
    arn === undefined
      ? new Certificate(stack, 'Certificate', { domainName, validation: CertificateValidation.fromDns(zone) })
      : Certificate.fromCertificateArn(stack, 'Certificate', arn);
  return { domainName, certificate, hostedZone: zone };
}
