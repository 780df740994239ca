import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WrongSetting } from './wrong-setting.ts';

/** What Lambda takes: the names and values of a function's environment together. */
const mostBytes = 4_096;

/** Bytes of what only the deployment knows: ARNs of AWS are hardly longer, and names are shorter. */
const unknownBytes = 120;

/** The props whose values become long. */
const props: Readonly<Record<string, string>> = {
  PIXY_BRAND: 'brand',
  PIXY_UPSTREAMS: 'upstreams',
  PIXY_OPERATORS: 'operators',
  PIXY_METADATA_DOCUMENTS: 'metadataDocuments',
  PIXY_DECLARED_API: 'scopes',
};

/** Throws {@link WrongSetting} for an environment with which Lambda would refuse the function, and names what takes the most of it. */
export function checkEnvironment(scope: Construct, name: string, environment: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(environment).map(([variable, value]) => {
    return { variable, bytes: Buffer.byteLength(variable) + sizeOf(Stack.of(scope).resolve(value)) };
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
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Token.isUnresolved(value) ? unknownBytes : Buffer.byteLength(value);
  const [, parts] = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'] ?? [];
  return parts?.reduce<number>((sum, part) => sum + sizeOf(part), 0) ?? unknownBytes;
}
