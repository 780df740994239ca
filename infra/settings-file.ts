import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import type { Brand } from '../shared/pages/brand.ts';
import { profileFields } from '../shared/people/profile-fields.ts';
import { accessLogs } from './access-log.ts';
import type { AuthorizationServerProps } from './authorization-server-props.ts';
import { WrongSetting } from './wrong-setting.ts';

/*
 * pixy.json: the settings of every stage, in a file that is committed, so that no deployment depends on what somebody remembers to write on
 * a command line.
 */

const name = v.string('must be a text');
const names = v.array(name, 'must be a list of texts');
const isOn = v.boolean('must be true or false');
const duration = v.pipe(
  v.string('must be a duration such as PT30M or P14D'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return Duration.parse(dataset.value);
    } catch {
      addIssue({ message: 'must be a duration such as PT30M or P14D' });
      return NEVER;
    }
  }),
);

/** What `-c` can say as well; context.ts reads it. */
const texts = {
  domainName: name,
  certificateArn: name,
  hostedZoneId: name,
  hostedZoneName: name,
  grantsTable: name,
  clientsTable: name,
  peopleTable: name,
  keysTable: name,
  wrappingKey: name,
  signing: name,
  alarmTopicArn: name,
  mailFrom: name,
  mailIdentity: name,
  mailConfigurationSet: name,
};

/** Props that are plain data. What they may say, the construct checks. */
const props = {
  audience: name,
  selfRegistration: isOn,
  metadataDocuments: v.union([v.picklist(['off', 'any']), names], 'must be off, any, or a list of host names'),
  deviceAuthorization: isOn,
  pushedAuthorizationRequests: v.picklist(['off', 'accepted', 'required'], 'must be off, accepted or required'),
  registration: v.picklist(['off', 'token', 'open'], 'must be off, token or open'),
  revokeAtSignOut: isOn,
  operators: v.strictObject({
    claim: name,
    read: v.optional(names),
    write: v.optional(names),
    delegate: v.optional(names),
  }),
  jwtBearer: isOn,
  tokenExchange: isOn,
  signedIntrospection: isOn,
  dpopNonces: isOn,
  securityProfile: v.picklist(['fapi2'], 'must be fapi2'),
  pairwiseSubjects: isOn,
  passwords: isOn,
  brand: v.custom<Brand>((value) => typeof value === 'object' && value !== null, 'must be an object'),
  dashboard: isOn,
  throttling: v.strictObject({ rateLimit: v.number(), burstLimit: v.number() }),
  accessLog: v.picklist(accessLogs, 'must be short, full or none'),
  pathAliases: isOn,
  pathAliasPrefixes: names,
  logRetention: v.pipe(
    v.number('must be a number of days'),
    v.transform((days): RetentionDays => days),
  ),
  mailCodes: isOn,
  profileFields: v.array(v.picklist(profileFields, `must be some of ${profileFields.join(', ')}`)),
  removalGrace: duration,
  codeLifetime: duration,
  accessTokenLifetime: duration,
  idTokenLifetime: duration,
  sessionLifetime: duration,
  sessionIdleLifetime: duration,
  keptSessionLifetime: duration,
  keptSessionIdleLifetime: duration,
  refreshTokenIdleLifetime: duration,
  refreshTokenLifetime: duration,
  refreshTokenGrace: duration,
} satisfies { [Name in keyof AuthorizationServerProps]?: v.GenericSchema };

const stageSchema = v.strictObject({
  protection: v.optional(isOn),
  signingAlgorithms: v.optional(names),
  ...v.partial(v.object(texts)).entries,
  ...v.partial(v.object(props)).entries,
});

const fileSchema = v.strictObject({
  $schema: v.optional(name),
  stage: v.optional(name),
  stages: v.record(v.string(), stageSchema),
});

/** The settings of one stage: those that `-c` can also give, and the props as they are handed to the construct. */
type StageFile = {
  given: Partial<Record<keyof typeof texts | 'signingAlgorithms', string>> & { protection?: boolean };
  props: AuthorizationServerProps;
};

export type SettingsFile = {
  /** The stage that is meant where nobody names one. */
  stage: string | undefined;
  /** Throws {@link WrongSetting} for a stage that is not in the file. */
  of: (stage: string) => StageFile;
};

/** Names of the file alone, which do nothing on a command line. */
export const namesOfFileOnly: readonly string[] = Object.keys(props);

/** Names that the command line takes as well. */
export const namesOfBoth: readonly string[] = [...Object.keys(texts), 'signingAlgorithms', 'protection', 'stage'];

/** Reads the file, if there is one. Throws {@link WrongSetting}, which names the member, for one that cannot be used. */
export function readSettingsFile(file: string): SettingsFile | undefined {
  const parsed = v.safeParse(fileSchema, readJson(file) ?? { stages: {} });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const problem = issue.expected === 'never' ? 'is not a setting' : issue.message;
    throw new WrongSetting(`${file}: ${v.getDotPath(issue) ?? 'it'} ${problem}.`);
  }
  const { stage, stages } = parsed.output;
  const known = Object.keys(stages);
  if (known.length === 0) {
    if (stage === undefined) return undefined;
    throw new WrongSetting(`${file} names the stage ${stage}, but has no stages: add it to stages.`);
  }
  return {
    stage,
    of(wanted) {
      const found = Object.hasOwn(stages, wanted) ? stages[wanted] : undefined;
      if (found !== undefined) return split(found);
      throw new WrongSetting(`${file} has no stage ${wanted}: add it to stages, where there is ${known.join(', ')}.`);
    },
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // Some editors of Windows begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new WrongSetting(`${file} is not JSON: ${(error as Error).message}.`);
  }
}

function split(settings: v.InferOutput<typeof stageSchema>): StageFile {
  const { protection, signingAlgorithms, ...others } = settings;
  const isText = (member: string) => Object.hasOwn(texts, member);
  const entries = Object.entries(others);
  return {
    given: {
      ...(Object.fromEntries(entries.filter(([member]) => isText(member))) as StageFile['given']),
      ...(signingAlgorithms && { signingAlgorithms: signingAlgorithms.join(',') }),
      ...(protection !== undefined && { protection }),
    },
    props: Object.fromEntries(entries.filter(([member]) => !isText(member))) as AuthorizationServerProps,
  };
}
