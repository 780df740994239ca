import { describe, expect, test } from 'vitest';
import { cached, cachedByKey, once } from '../../shared/cached.ts';

/** A clock and a source that counts its loads; what is loaded tells which load it was. */
function setUp() {
  const state = { time: 1_000, loads: [] as string[], broken: false };
  const load = async (key = 'it') => {
    state.loads.push(key);
    const answer = `${key} ${state.loads.length}`;
    await Promise.resolve();
    if (state.broken) throw new Error(`no ${answer}`);
    return answer;
  };
  return { state, load, now: () => state.time };
}

describe('what is loaded once', () => {
  test('is loaded when it is first asked for, and never again', async () => {
    const { state, load } = setUp();
    const get = once(load);
    expect(state.loads).toHaveLength(0);
    expect(await Promise.all([get(), get()])).toEqual(['it 1', 'it 1']);
    expect(await get()).toBe('it 1');
  });

  test('is loaded again after it failed', async () => {
    const { state, load } = setUp();
    const get = once(load);
    state.broken = true;
    await expect(get()).rejects.toThrow('no it 1');
    state.broken = false;
    expect(await get()).toBe('it 2');
  });
});

describe('a remembered value', () => {
  test('is loaded when it is first asked for, not before', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    expect(state.loads).toHaveLength(0);
    expect(await get()).toBe('it 1');
  });

  test('H11 is kept for its lifetime and not a second longer', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    await get();
    state.time += 29;
    expect(await get()).toBe('it 1');
    state.time += 1;
    expect(await get()).toBe('it 2');
  });

  test('H11 counts its age from the moment the load began: what was read then may be that old', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    const first = get();
    state.time += 29;
    await first;
    state.time += 1;
    expect(await get()).toBe('it 2');
  });

  test('H37 is loaded once for fifty callers at the same time', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    const answers = await Promise.all(Array.from({ length: 50 }, get));
    expect(new Set(answers)).toEqual(new Set(['it 1']));
    expect(state.loads).toHaveLength(1);
  });

  test('H9 is not a failure: the next caller loads again', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    state.broken = true;
    await expect(get()).rejects.toThrow('no it 1');
    state.broken = false;
    expect(await get()).toBe('it 2');
  });

  test('H9 fails for every caller who shared the failed load', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    state.broken = true;
    const outcomes = await Promise.allSettled([get(), get()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(state.loads).toHaveLength(1);
  });

  test('H9 is not stretched when a fresh one cannot be had', async () => {
    const { state, load, now } = setUp();
    const get = cached(load, 30, now);
    await get();
    state.time += 30;
    state.broken = true;
    await expect(get()).rejects.toThrow('no it 2');
    await expect(get()).rejects.toThrow('no it 3');
  });

  test('is not forgotten because an older load failed late', async () => {
    const { state, now } = setUp();
    const failing = Promise.withResolvers<string>();
    const answers = [failing.promise, Promise.resolve('fresh'), Promise.resolve('too many')];
    const get = cached(() => answers.shift() ?? Promise.reject(new Error('empty')), 30, now);
    const late = get();
    state.time += 30;
    expect(await get()).toBe('fresh');
    failing.reject(new Error('late'));
    await expect(late).rejects.toThrow('late');
    expect(await get()).toBe('fresh');
  });
});

describe('remembered values by key', () => {
  test('are kept apart', async () => {
    const { load, now } = setUp();
    const get = cachedByKey(load, 30, now, 10);
    expect([await get('a'), await get('b'), await get('a')]).toEqual(['a 1', 'b 2', 'a 1']);
  });

  test('have a lifetime each', async () => {
    const { state, load, now } = setUp();
    const get = cachedByKey(load, 30, now, 10);
    await get('a');
    state.time += 15;
    await get('b');
    state.time += 15;
    expect([await get('a'), await get('b')]).toEqual(['a 3', 'b 2']);
  });

  test('are loaded again where they are not worth keeping, and once at the same time all the same', async () => {
    const { load, now } = setUp();
    const get = cachedByKey(load, 30, now, 10, (value) => value !== 'a 1');
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a 1', 'a 1']);
    expect([await get('a'), await get('a')]).toEqual(['a 2', 'a 2']);
  });

  test('H37 are loaded once per key at the same time', async () => {
    const { state, load, now } = setUp();
    const get = cachedByKey(load, 30, now, 10);
    await Promise.all(['a', 'b', 'a', 'b'].map(get));
    expect(state.loads).toEqual(['a', 'b']);
  });

  test('are only so many: the one kept longest makes room', async () => {
    const { state, load, now } = setUp();
    const get = cachedByKey(load, 30, now, 2);
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) await get(key);
    expect(state.loads).toEqual(['a', 'b', 'c', 'a']);
  });

  test('H9 do not remember a failure', async () => {
    const { state, load, now } = setUp();
    const get = cachedByKey(load, 30, now, 10);
    state.broken = true;
    await expect(get('a')).rejects.toThrow('no a 1');
    state.broken = false;
    expect(await get('a')).toBe('a 2');
  });

  test.each(['__proto__', 'constructor', ''])('the key %j is a key like any other', async (key) => {
    const { load, now } = setUp();
    expect(await cachedByKey(load, 30, now, 10)(key)).toBe(`${key} 1`);
  });
});
