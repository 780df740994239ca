import { afterAll, describe, expect, it } from 'vitest';
import { functionsOf, policiesOf, removeAssemblies, templateWith } from './synthesize.ts';

afterAll(removeAssemblies);

/** The functions that may read the key of pairwise subjects, and decrypt it. */
function tellersOf(settings: { pairwiseSubjects: boolean; jwtBearer?: boolean }) {
  const template = templateWith({ stage: 'dev', ...settings });
  const has = (text: string) =>
    [...functionsOf(template)]
      .filter(([, lambda]) => JSON.stringify(policiesOf(template, lambda).statements).includes(text))
      .map(([name]) => name)
      .toSorted();
  return {
    reading: has('"dynamodb:LeadingKeys":["pairwise"]'),
    opening: has('"kms:EncryptionContext:kid":["pairwise-subjects"]'),
  };
}

describe('pairwiseSubjects', () => {
  it('is off unless it is switched on, and then nobody reads the key', () => {
    expect(tellersOf({ pairwiseSubjects: false })).toEqual({ reading: [], opening: [] });
  });

  it('lets the functions that make grants or read hints have the key, and no other', () => {
    const tellers = ['Authorize', 'AuthorizeHybrid', 'Device', 'SignOut'];
    expect(tellersOf({ pairwiseSubjects: true })).toEqual({ reading: tellers, opening: tellers });
    const withToken = [...tellers, 'Token'];
    expect(tellersOf({ pairwiseSubjects: true, jwtBearer: true })).toEqual({ reading: withToken, opening: withToken });
  });
});
