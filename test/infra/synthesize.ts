import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnElement, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { functionDescriptions, type PixyFunctionName } from '../../infra/functions.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';

// biome-ignore lint/suspicious/noExplicitAny: the properties of CloudFormation resources have no types
export type Properties = Record<string, any>;

export type Resource = {
  Type: string;
  Properties: Properties;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: Record<string, string>;
};

export type TemplateJson = {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown; Export?: { Name: string } }>;
};

let folder: string | undefined;

/** For `afterAll` of every file that makes apps. */
export function removeAssemblies(): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

/**
 * Nothing is bundled, no bundle is copied into the folder of an app, and no template is put to the rules of CloudFormation:
 * bundles.test.ts has that done, by the app as it is.
 */
process.env['CDK_VALIDATION'] = 'false';
const settings = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:bundling-stacks': [],
  'aws:cdk:disable-asset-staging': true,
};

/** An app with the context of cdk.json. */
export function testApp(context: Record<string, unknown> = {}): App {
  folder ??= mkdtempSync(join(tmpdir(), 'pixy-infra-'));
  return new App({
    analyticsReporting: false,
    outdir: folder,
    context: { ...cdkJson.context, ...settings, ...context },
  });
}

const synthesized = new Map<string, Synthesized>();

/** The app as `cdk synth -c …` makes it, and its two templates. Made once per context and shared by the files: change nothing in it. */
export function synthesize(context: Record<string, string> = {}): Synthesized {
  const key = JSON.stringify({ stage: 'dev', ...context });
  const made = synthesized.get(key) ?? synthesizeNow(context);
  synthesized.set(key, made);
  return made;
}

/** A stage that keeps its data has to say what its issuer is. */
function synthesizeNow(context: Record<string, string>) {
  const app = testApp({ ...(context['stage'] === 'prod' && { domainName: 'none' }), ...context });
  const stacks = pixyStacks(app);
  return {
    app,
    stacks,
    tables: Template.fromStack(stacks.tables).toJSON() as TemplateJson,
    api: Template.fromStack(stacks.api).toJSON() as TemplateJson,
  };
}

export type Synthesized = ReturnType<typeof synthesizeNow>;

const templates = new Map<string, TemplateJson>();

/** A server in a stack of somebody else. Made once per props, which are plain data, and shared by the files: change nothing in it. */
export function templateWith(props: AuthorizationServerProps): TemplateJson {
  const key = JSON.stringify(props);
  const made = templates.get(key) ?? makeTemplate(props);
  templates.set(key, made);
  return made;
}

function makeTemplate(props: AuthorizationServerProps): TemplateJson {
  const stack = new Stack(testApp(), 'Mine');
  new AuthorizationServer(stack, 'Auth', props);
  return Template.fromStack(stack).toJSON() as TemplateJson;
}

/** What each function is called in the templates: `sign-in` is `SignIn`. */
export const constructIds = Object.fromEntries(
  Object.keys(functionDescriptions).map((name) => [
    name,
    name.replace(/(^|-)./g, (start) => start.slice(-1).toUpperCase()),
  ]),
) as Record<PixyFunctionName, string>;

/** The resources of a type, by logical id. */
export const ofType = (template: TemplateJson, type: string): [string, Resource][] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

/** The only resource of a type. */
export function onlyOne(template: TemplateJson, type: string): Resource {
  const [first, ...others] = ofType(template, type);
  if (first === undefined || others.length > 0) throw new Error(`${others.length + (first ? 1 : 0)} of ${type}`);
  return first[1];
}

/** The functions of a template by construct id (`Authorize`, `RotateKeys`, …), the CDK's own provider as `TriggerProvider`. */
export function functionsOf(template: TemplateJson): Map<string, Resource & { logicalId: string }> {
  return new Map(
    ofType(template, 'AWS::Lambda::Function').map(([logicalId, resource]) => {
      const [, , name] = resource.Metadata?.['aws:cdk:path']?.split('/') ?? [];
      return [name === 'Handler' || name === undefined ? 'TriggerProvider' : name, { ...resource, logicalId }];
    }),
  );
}

export type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** Every statement of the policies of a function's role, and the managed policies it has besides. */
export function policiesOf(template: TemplateJson, lambda: Resource): { statements: Statement[]; managed: unknown[] } {
  const roleId = lambda.Properties['Role']['Fn::GetAtt'][0] as string;
  const role = template.Resources[roleId]?.Properties ?? {};
  const attached = ofType(template, 'AWS::IAM::Policy')
    .map(([, { Properties }]) => Properties)
    .filter((policy) => policy['Roles'].some((one: Properties) => one['Ref'] === roleId));
  const policies = [...list<Properties>(role['Policies']), ...attached];
  return {
    statements: policies.flatMap((policy) => list<Statement>(policy['PolicyDocument'].Statement)),
    managed: list(role['ManagedPolicyArns']),
  };
}

export const list = <Value>(value: Value | Value[] | undefined): Value[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** The construct id of a function that something refers to. */
export function functionAt(template: TemplateJson, reference: Properties): string | undefined {
  const logicalId = reference['Ref'] ?? reference['Fn::GetAtt']?.[0];
  return [...functionsOf(template)].find(([, made]) => made.logicalId === logicalId)?.[0];
}

/** The table (or key) of the Tables stack that a reference across stacks means, and the attribute: `clients.Arn`. */
export function importedFrom({ tables, stacks }: Synthesized, reference: Properties): string | undefined {
  const output = Object.values(tables.Outputs).find(
    ({ Export }) => Export && Export.Name === reference['Fn::ImportValue'],
  );
  const value = output?.Value as Properties | undefined;
  const [logicalId, attribute] = value?.['Fn::GetAtt'] ?? [value?.['Ref'], 'Ref'];
  const { wrappingKey } = stacks.tables.tables;
  const known = Object.entries({ ...stacks.tables.tables.byName(), wrappingKey });
  const name = known.find(([, { node }]) => logicalIdOf(stacks.tables, node.defaultChild) === logicalId)?.[0];
  return name && `${name}.${attribute}`;
}

const logicalIdOf = (stack: Stack, element: IConstruct | undefined): string | undefined =>
  CfnElement.isCfnElement(element) ? stack.getLogicalId(element) : undefined;
