import { afterAll, describe, expect, it } from 'vitest';
import { functionsOf, list, policiesOf, removeAssemblies, templateWith } from './synthesize.ts';

afterAll(removeAssemblies);

const introspectOf = (signedIntrospection: boolean) => {
  const template = templateWith({ stage: 'dev', signedIntrospection });
  const lambda = [...functionsOf(template)].find(([name]) => name === 'Introspect')?.[1];
  if (lambda === undefined) return expect.unreachable();
  const { statements } = policiesOf(template, lambda);
  const actions = statements.flatMap(({ Action }) => list(Action)).filter((action) => action.startsWith('kms:'));
  return { variables: lambda.Properties['Environment'].Variables, actions };
};

describe('signedIntrospection', () => {
  it('is off unless it is switched on, and then the function may not sign', () => {
    const { variables, actions } = introspectOf(false);
    expect(variables).not.toHaveProperty('PIXY_SIGNED_INTROSPECTION');
    expect(actions).toEqual([]);
  });

  it('lets the function sign, and nothing else', () => {
    const { variables, actions } = introspectOf(true);
    expect(variables).toMatchObject({ PIXY_SIGNED_INTROSPECTION: 'on' });
    expect(actions.toSorted()).toEqual(['kms:Decrypt', 'kms:Sign']);
  });
});
