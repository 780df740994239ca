import { describe, expect, test } from 'vitest';
import { clientEpochKey, endedSession, judgeEpoch, type Standing } from '../../shared/people/still-valid.ts';

const standing = (more: Partial<Standing> = {}): Standing => ({
  epoch: 7,
  clientEpochs: {},
  endedSessions: [],
  ...more,
});

describe('TB8: what was made in the name of an account', () => {
  test('is good under the epoch it was made under', () => {
    expect(judgeEpoch(standing(), { epoch: 7 })).toBeUndefined();
    expect(judgeEpoch(standing(), { epoch: 7, clientEpoch: 0, sid: 'one' }, 'app')).toBeUndefined();
  });

  test.each([6, 8])('is worth nothing under another: %i', (epoch) => {
    expect(judgeEpoch(standing(), { epoch })).toEqual({ reason: 'taken_back' });
  });

  test('is worth nothing while the account is disabled, and when it is gone', () => {
    expect(judgeEpoch(standing({ disabledAt: 1 }), { epoch: 7 })).toEqual({ reason: 'account_disabled' });
    expect(judgeEpoch(undefined, { epoch: 7 })).toEqual({ reason: 'account_gone' });
  });

  test.each(['app', 'constructor', '__proto__', 'toString'])(
    'for one client is worth nothing when that client lost its access, and what others have is: %s',
    (clientId) => {
      const without = standing({ clientEpochs: { [clientEpochKey(clientId)]: 2 } });
      expect(judgeEpoch(without, { epoch: 7, clientEpoch: 1 }, clientId)).toEqual({ reason: 'taken_back' });
      expect(judgeEpoch(without, { epoch: 7, clientEpoch: 2 }, clientId)).toBeUndefined();
      expect(judgeEpoch(without, { epoch: 7 }, 'another')).toBeUndefined();
      expect(judgeEpoch(standing(), { epoch: 7 }, clientId)).toBeUndefined();
      expect(judgeEpoch(without, { epoch: 7 })).toBeUndefined();
    },
  );

  test('in a session that ended with its grants is worth nothing, and what came from others is', () => {
    const without = standing({ endedSessions: [endedSession('one', 1_000)] });
    expect(judgeEpoch(without, { epoch: 7, sid: 'one' }, 'app')).toEqual({ reason: 'taken_back' });
    expect(judgeEpoch(without, { epoch: 7, sid: 'on' }, 'app')).toBeUndefined();
    expect(judgeEpoch(without, { epoch: 7 }, 'app')).toBeUndefined();
  });
});
