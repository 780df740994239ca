import { afterAll, describe, expect, it } from 'vitest';
import { claimAttributes } from '../../shared/people/standing-store.ts';
import { functionsOf, list, policiesOf, removeAssemblies, type Statement, templateWith } from './synthesize.ts';

afterAll(removeAssemblies);

const tokenOf = (jwtBearer: boolean) => {
  const template = templateWith({ stage: 'dev', jwtBearer });
  const lambda = [...functionsOf(template)].find(([name]) => name === 'Token')?.[1];
  if (lambda === undefined) return expect.unreachable();
  const { statements } = policiesOf(template, lambda);
  return { variables: lambda.Properties['Environment'].Variables, statements };
};
/** Each action under its condition, of any table: the ids of resources differ from template to template. */
const permissionsIn = (statements: readonly Statement[]) =>
  statements.flatMap(({ Action, Condition }) => list(Action).map((action) => ({ Action: action, Condition })));

describe('jwtBearer', () => {
  it('is off unless it is switched on, and then no function may do anything for it', () => {
    expect(tokenOf(false).variables).not.toHaveProperty('PIXY_JWT_BEARER');
    expect(tokenOf(true).variables).toMatchObject({ PIXY_JWT_BEARER: 'on' });
  });

  it('lets the token function store a grant, and read links and whose they are; nothing else', () => {
    const before = permissionsIn(tokenOf(false).statements).map((permission) => JSON.stringify(permission));
    const now = permissionsIn(tokenOf(true).statements);
    expect(now.filter((permission) => !before.includes(JSON.stringify(permission)))).toEqual([
      { Action: 'dynamodb:PutItem', Condition: undefined },
      {
        Action: 'dynamodb:GetItem',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['upstream#*'] } },
      },
      {
        Action: 'dynamodb:GetItem',
        Condition: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['account#*'] },
          'ForAllValues:StringEquals': {
            'dynamodb:Attributes': [
              'pk',
              'sk',
              ...claimAttributes,
              'disabledAt',
              'epoch',
              'clientEpochs',
              'endedSessions',
              'pairwiseSubjects',
              'waysFrom',
              'recentFrom',
              'recentSince',
            ],
          },
          StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
        },
      },
    ]);
  });
});
