import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { nameLength } from './given-names.ts';
import { WrongSetting } from './wrong-setting.ts';

/** What Lambda takes: the names and values of a function's environment together. */
const mostBytes = 4_096;

/** Bytes of what only the deployment knows: ARNs of AWS are hardly longer, and names are shorter. */
const unknownBytes = 120;

/** Bytes of a piece of such a value, of which the CDK puts the names of secrets together. */
const pieceBytes = 40;

/** The longest of what CloudFormation knows itself. */
const pseudoBytes: Readonly<Record<string, number>> = {
  'AWS::AccountId': '123456789012'.length,
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::URLSuffix': 'amazonaws.com.cn'.length,
};

/** The props whose values become long. */
const props: Readonly<Record<string, string>> = {
  PIXY_BRAND: 'brand',
  PIXY_UPSTREAMS: 'upstreams',
  PIXY_OPERATORS: 'operators',
  PIXY_METADATA_DOCUMENTS: 'metadataDocuments',
  PIXY_DECLARED_API: 'scopes',
  PIXY_AUDIT_LOG_GROUPS: 'console, with the names of its log groups,',
};

/** Throws {@link WrongSetting} for an environment with which Lambda would refuse the function, and names what takes the most of it. */
export function checkEnvironment(scope: Construct, name: string, environment: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(environment).map(([variable, value]) => {
    return { variable, bytes: Buffer.byteLength(variable) + sizeOf(scope, Stack.of(scope).resolve(value)) };
  });
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes <= mostBytes) return;
  const largest = sizes
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, 2)
    .map((one) => `${props[one.variable] ?? one.variable} takes ${one.bytes}`);
  throw new WrongSetting(
    `The settings of the function ${name} have ${bytes} bytes, and Lambda takes ${mostBytes}: ${largest.join(', ')}; make them shorter.`,
  );
}

/** Bytes of a value, with what only the deployment knows guessed. */
function sizeOf(scope: Construct, value: unknown): number {
  if (typeof value === 'string') return Token.isUnresolved(value) ? unknownBytes : Buffer.byteLength(value);
  const { Ref: name, 'Fn::Join': joined, 'Fn::Split': split, 'Fn::Select': selected } = value as Intrinsics;
  if (name !== undefined) return pseudoBytes[name] ?? nameLength(scope, name);
  // Split at what names begin with, and joined by the letter that stands for it.
  if (split !== undefined) return sizeOf(scope, split[1]) - refsIn(split[1]) * (split[0].length - 1);
  if (selected !== undefined) return pieceBytes;
  if (joined === undefined) return unknownBytes;
  const [, parts] = joined;
  return Array.isArray(parts)
    ? parts.reduce<number>((sum, part) => sum + sizeOf(scope, part), 0)
    : sizeOf(scope, parts);
}

type Intrinsics = {
  Ref?: string;
  'Fn::Join'?: [string, unknown];
  'Fn::Split'?: [string, unknown];
  'Fn::Select'?: [number, unknown];
};

const refsIn = (value: unknown): number => JSON.stringify(value).split('"Ref":').length - 1;
