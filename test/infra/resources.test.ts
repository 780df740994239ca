import { afterAll, describe, expect, it } from 'vitest';
import { everything } from './everything.ts';
import { ofType, removeAssemblies, synthesize, templateWith } from './synthesize.ts';

afterAll(removeAssemblies);

/** CloudFormation takes 500 resources in a stack. What people add to the same stack needs room, and so does what Pixy adds later. */
const most = 400;

describe('a stack', () => {
  it.each(['dev', 'prod'])('of the stage %s has at most 400 resources', (stage) => {
    const { api, tables } = synthesize({ stage });
    for (const { Resources } of [api, tables]) expect(Object.keys(Resources).length).toBeLessThanOrEqual(most);
  });

  it('with everything switched on has at most 400 resources', () => {
    const template = templateWith(everything);
    expect(ofType(template, 'AWS::Lambda::Function').length).toBeGreaterThan(22);
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(most);
  });
});
