import { Token } from 'aws-cdk-lib';

/**
 * Whether nobody knows a text yet: only the deployment will, or the CDK looks it up after this run (`StringParameter.valueFromLookup`), for
 * which the run has to come to its end.
 */
export const isKnownLater = (text: unknown): boolean =>
  Token.isUnresolved(text) || (typeof text === 'string' && text.includes('dummy-value-for-'));
