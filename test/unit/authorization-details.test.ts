import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuseWithoutPerson } from '../../functions/token/asked-details.ts';
import { describeDetail } from '../../shared/apis/describe-detail.ts';
import { parseDetailType } from '../../shared/apis/parse-detail-type.ts';
import { isWithin } from '../../shared/grants/within.ts';
import { membersOf } from '../../shared/oauth/authorization-details.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { parseDetails } from '../../shared/oauth/parse-details.ts';
import { deviceCodeGrant, jwtBearer, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { detailsText, paying, payment } from '../support/payment-type.ts';

const becauseOf = (text: string) => {
  const parsed = parseDetails(text);
  return parsed.ok || !('because' in parsed.refusal) ? undefined : parsed.refusal.because;
};
const mustParse = (...details: unknown[]) => {
  const parsed = parseDetails(detailsText(...details));
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.refusal)}`);
  return parsed.value;
};
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe('RA1: authorization_details are refused', () => {
  const list = 'It is not a JSON array of 1 to 20 objects.';
  test.each([
    ['that are no JSON', '[{"type":"payment"}', list],
    ['that are one object', '{"type":"payment"}', list],
    ['that are a text', '"payment"', list],
    ['that are null', 'null', list],
    ['that are empty', '[]', list],
    ['that have too many elements', detailsText(...Array.from({ length: 21 }, () => paying())), list],
    ['that are too long', detailsText(paying({ to: 'é'.repeat(2_100) })), 'It has more than 4096 bytes.'],
    ['with an element that is a text', '["payment"]', 'Element 0 is not an object.'],
    ['with an element that is a list', '[[]]', 'Element 0 is not an object.'],
    ['with an element that is null', '[{"type":"a"},null]', 'Element 1 is not an object.'],
    ['without a type', '[{"to":"x"}]', 'Element 0 has no type.'],
    ['with an empty type', '[{"type":""}]', 'Element 0 has no type.'],
    ['with a type that is no text', '[{"type":["payment"]}]', 'Element 0 has no type.'],
  ])('%s', (_, text, because) => {
    expect(becauseOf(text)).toBe(because);
  });

  test.each([
    ['nested too deeply', detailsText({ type: 'x', a: nested(8) })],
    ['nested as deeply as a text can be', `[{"type":"x","a":${'['.repeat(2_000)}${']'.repeat(2_000)}}]`],
    ['with a number that others read as another', '[{"type":"x","a":9007199254740993}]'],
    ['with a number that is none', '[{"type":"x","a":[1e999]}]'],
  ])('%s', (_, text) => {
    expect(becauseOf(text)).toBe('Element 0 is nested deeper than 8, or has a number beyond 2^53.');
  });

  test('and taken with as many levels as there may be', () => {
    expect(mustParse({ type: 'x', a: nested(7) })).toHaveLength(1);
  });
});

describe('two elements are the same', () => {
  test('whatever the order of their members and the spaces between them', () => {
    expect(parseDetails('[ {"b" : [1, {"d":null,"c":"\\u00e9"}], "type":"x"} ]')).toEqual(
      parseDetails('[{"type":"x","b":[1.0,{"c":"é","d":null}]}]'),
    );
  });

  test.each([
    ['a text and a number', { a: 1 }, { a: '1' }],
    ['a list in another order', { a: [1, 2] }, { a: [2, 1] }],
    ['a value and a list of it', { a: 1 }, { a: [1] }],
    ['null and nothing', { a: null }, {}],
    ['two cases of a name', { a: 1 }, { A: 1 }],
    ['two forms of a letter', { a: '\u00e9' }, { a: 'e\u0301' }],
  ])('but not %s', (_, one, other) => {
    const [first, second] = mustParse({ type: 'x', ...one }, { type: 'x', ...other });
    expect(first).not.toBe(second);
  });

  test('also with members that have a meaning in JavaScript', () => {
    const [detail = ''] = parseDetails('[{"type":"x","__proto__":{"type":"y"},"constructor":1}]').ok
      ? mustParse(JSON.parse('{"type":"x","__proto__":{"type":"y"},"constructor":1}'))
      : [];
    expect(detail).toBe('{"__proto__":{"type":"y"},"constructor":1,"type":"x"}');
    expect(membersOf(detail).type).toBe('x');
  });

  test('and parsing what was written changes nothing, for any JSON', () => {
    const value = fc.jsonValue({ maxDepth: 4, noUnicodeString: false } as object);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { maxKeys: 4 }), (members) => {
        const parsed = parseDetails(detailsText({ ...members, type: 'x' }));
        if (!parsed.ok) return;
        expect(parseDetails(`[${parsed.value[0]}]`)).toEqual(parsed);
        expect(membersOf(parsed.value[0] ?? '')).toEqual(JSON.parse(JSON.stringify({ ...members, type: 'x' })));
      }),
    );
  });
});

test('RA6: whatever is granted and asked for, only what is equal to something granted is within it', () => {
  const small = fc.record({
    type: fc.constantFrom('a', 'b'),
    n: fc.constantFrom(1, 2, '1', [1], null),
    more: fc.option(fc.constant({ deep: true }), { nil: undefined }),
  });
  const some = fc.array(small, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(some, some, (granted, asked) => {
      const plain = (one: unknown) => JSON.parse(JSON.stringify(one)) as unknown;
      const isCovered = asked.every((one) =>
        granted.some((other) => {
          try {
            expect(plain(one)).toStrictEqual(plain(other));
            return true;
          } catch {
            return false;
          }
        }),
      );
      const grant = { scope: [], resources: [], details: mustParse(...granted) };
      expect(isWithin({ details: mustParse(...asked) }, grant)).toBe(isCovered);
      expect(isWithin({ details: mustParse(...asked) }, { scope: [], resources: [] })).toBe(false);
    }),
  );
});

test.each([
  ['client_credentials', 'authorization_details_invalid'],
  [jwtBearer, 'authorization_details_invalid'],
  ['authorization_code', undefined],
  ['refresh_token', undefined],
  [deviceCodeGrant, undefined],
  [tokenExchange, undefined],
] as const)('RA1: a grant without a person gets no details: %s', (grantType, reason) => {
  const form = parseParameters('authorization_details=x');
  const without = parseParameters('scope=x');
  if (!form.ok || !without.ok) throw new Error('unreadable');
  expect(refuseWithoutPerson(form.value, grantType)?.reason).toBe(reason);
  expect(refuseWithoutPerson(without.value, grantType)).toBeUndefined();
});

describe('RA4: people read', () => {
  const read = (members: object, language = 'en', types = [payment]) =>
    describeDetail(mustParse(members)[0] ?? '', types, language);
  const inWords = (described: ReturnType<typeof read>) =>
    described.sentence?.map((part) => (typeof part === 'string' ? part : `[${part.value}]`)).join('');

  test('the sentence of the type with its values, in their language where there is one', () => {
    expect(inWords(read(paying()))).toBe('Pay [12.50] [EUR] to [Merchant A]');
    expect(inWords(read(paying(), 'de'))).toBe('[12.50] [EUR] an [Merchant A] zahlen');
    expect(inWords(read(paying(), 'fr'))).toBe('Pay [12.50] [EUR] to [Merchant A]');
  });

  test('a dash for what is missing, and no value of another object', () => {
    const type = { ...payment, description: '{note} {toString} {amount.length} {amount.value.length}' };
    expect(inWords(read(paying(), 'en', [type]))).toBe('[–] [–] [–] [–]');
  });

  test.each([
    ['a change of direction', 'DE\u202e21', 'DE[U+202E]21'],
    ['a space without width', 'Merchant\u200b A', 'Merchant[U+200B] A'],
    ['a line break', 'A\nB', 'A[U+000A]B'],
    ['letters that only programs read', 'A\u{e0042}', 'A[U+E0042]'],
    ['a joiner among Latin letters', 'A\u200dB', 'A[U+200D]B'],
    ['a message in what selects variants', '1\u{e0141}\u{e0142}', '1[U+E0141][U+E0142]'],
    ['more of that than one', '☎\ufe0f\ufe00\ufe01', '☎\ufe0f[U+FE00][U+FE01]'],
    ['joiners in a row', 'می\u200c\u200d\u200cخ', 'می\u200c[U+200D][U+200C]خ'],
    ['marks over the lines around it', `A${'\u0336'.repeat(6)}`, `A${'\u0336'.repeat(4)}[U+0336][U+0336]`],
    [
      'nothing of that',
      'Ärzte, می\u200cخواهم 👩\u200d💻 ☎\ufe0f 1\ufe0f\u20e3',
      'Ärzte, می\u200cخواهم 👩\u200d💻 ☎\ufe0f 1\ufe0f\u20e3',
    ],
  ])('values and names with every character, so that none is there unseen: %s', (_, to, shown) => {
    expect(inWords(read(paying({ to })))).toBe(`Pay [12.50] [EUR] to [${shown}]`);
    expect(read({ type: 'gone', [to]: [to] }, 'en', []).others).toEqual([{ name: shown, value: shown }]);
  });

  test('values that look like names as what they are', () => {
    expect(inWords(read(paying({ to: '{note} {amount.value}', note: 'x' })))).toBe(
      'Pay [12.50] [EUR] to [{note} {amount.value}]',
    );
  });

  test('every member that the sentence does not name', () => {
    const all = {
      ...paying({ note: 'n', locations: ['https://a', 'https://b'] }),
      deep: { list: [{ x: 1 }], none: {} },
    };
    expect(read(all).others).toEqual([
      { name: 'deep.list.0.x', value: '1' },
      { name: 'deep.none', value: '{}' },
      { name: 'locations', value: 'https://a, https://b' },
      { name: 'note', value: 'n' },
    ]);
  });

  test('everything of a type that is not registered any more', () => {
    const described = read({ type: 'gone', a: true }, 'en', []);
    expect(described).toEqual({ type: 'gone', others: [{ name: 'a', value: 'true' }] });
  });
});

test('RA4: no member hides behind another one whose path reads the same', () => {
  const type = { ...payment, description: 'Pay {order.amount.value}' };
  const element = { type: 'payment', order: { amount: { value: '1.00' }, 'amount.value': '900.00', type: 'express' } };
  const [detail = ''] = mustParse(element);
  expect(describeDetail(detail, [type], 'en')).toEqual({
    type: 'payment',
    sentence: ['Pay ', { value: '1.00' }, ''],
    others: [
      { name: 'order.amount.value', value: '900.00' },
      { name: 'order.type', value: 'express' },
    ],
  });
});

describe('a type is refused', () => {
  const { schema } = payment;
  const properties = schema['properties'] as Record<string, unknown>;
  const problemsOf = (changes: object) => {
    const parsed = parseDetailType({ ...payment, ...changes });
    return parsed.ok ? [] : parsed.refusal.map(({ member, problem }) => `${member} ${problem}`);
  };
  const withProperty = (property: unknown) => ({
    schema: { ...schema, properties: { ...properties, extra: property } },
  });

  test.each<[string, object, string]>([
    ['without a name', { type: '' }, 'type is not 1 to 200'],
    ['with a space in its name', { type: 'a b' }, 'type is not 1 to 200'],
    ['with a schema that is a list', { schema: [] }, 'schema is missing or not a JSON object'],
    [
      'with a schema that takes unknown members',
      { schema: { ...schema, additionalProperties: true } },
      'unknown members',
    ],
    ['with a schema of anything', { schema: {} }, 'unknown members'],
    ['with a schema without properties', { schema: { additionalProperties: false } }, 'has no type among'],
    [
      'with a schema for another type',
      { schema: { ...schema, properties: { ...properties, type: { const: 'x' } } } },
      'refuses the type payment',
    ],
    ['with a schema somewhere else', withProperty({ $ref: 'https://evil.example/schema' }), '$ref that leads nowhere'],
    ['with a $ref to nothing', withProperty({ $ref: '#/$defs/none' }), '$ref that leads nowhere'],
    ['with a $ref in a circle', withProperty({ $ref: '#/properties/extra' }), '$ref that leads nowhere'],
    ['with a schema of another name', withProperty({ $id: 'https://evil.example/schema' }), 'has $id'],
    ['with a pattern that is none', withProperty({ pattern: '(' }), 'a pattern that is no regular expression'],
    [
      'with a circle through allOf',
      {
        schema: {
          ...schema,
          allOf: [{ $ref: '#/$defs/a' }],
          $defs: { ...(schema['$defs'] as object), a: { allOf: [{ $ref: '#/$defs/a' }] } },
        },
      },
      'cannot be evaluated',
    ],
    ['with a schema that is too deep', withProperty(nested(24)), 'nested deeper'],
    ['with a schema that is too long', withProperty({ title: 'x'.repeat(16_400) }), 'longer than'],
    ['without a description', { description: undefined }, 'description is'],
    ['with an empty description', { description: ' ' }, 'description is empty'],
    ['with a brace that is open', { description: 'Pay {to' }, 'description has a brace'],
    ['with an empty name in it', { description: 'Pay {}' }, 'description has a brace'],
    ['with a member that there is not', { description: 'Pay {amount.velue}' }, 'description names {amount.velue}'],
    ['with one in another language', { descriptions: { fr: 'Payer {a}' } }, 'descriptions.fr names {a}'],
    ['with a language that is none', { descriptions: { DE: 'x' } }, 'is not a language tag'],
    ['with an unknown member', { more: 1 }, 'more is not a member of a type'],
  ])('%s', (_, changes, problem) => {
    expect(problemsOf(changes).join('; ')).toContain(problem);
  });

  test('and taken as it is otherwise', () => {
    expect(parseDetailType(payment)).toEqual({ ok: true, value: payment });
  });
});
