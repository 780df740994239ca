import { describe, expect, test } from 'vitest';
import {
  afterSignIn,
  answerMode,
  echoedState,
  parseAuthorizationRequest,
} from '../../shared/oauth/authorization-request.ts';
import { errorOf } from '../../shared/oauth/describe-refusal.ts';
import { encodePairs, encodeParameters } from '../../shared/oauth/parameters.ts';
import { acceptedValue, parametersOf, reasonOf } from './read-result.ts';

const parse = (query: string) => parseAuthorizationRequest(parametersOf(query));
const codeRequest = (more: Record<string, string> = {}) =>
  parse(encodePairs(Object.entries({ response_type: 'code', ...more })));

describe('an authorization request', () => {
  test('may be as short as response_type=code', () => {
    expect(parse('response_type=code')).toMatchObject({ ok: true, value: { prompt: [] } });
  });

  test('is read with everything that shapes the answer', () => {
    const query =
      'response_type=code&scope=openid%20profile&nonce=n&prompt=login%20consent&max_age=60&response_mode=query' +
      '&code_challenge=c&code_challenge_method=S256';
    expect(acceptedValue(parse(query))).toMatchObject({
      scope: 'openid profile',
      nonce: 'n',
      prompt: ['login', 'consent'],
      maxAge: 60,
      codeChallenge: 'c',
      codeChallengeMethod: 'S256',
    });
  });

  test('OA4 has unknown parameters ignored', () => {
    expect(parse('response_type=code&utm_source=x&flavour=y')).toEqual(parse('response_type=code'));
  });

  test.each([
    'scope',
    'nonce',
    'prompt',
    'max_age',
    'response_mode',
    'code_challenge',
    'code_challenge_method',
    'request',
    'request_uri',
  ])('OA6 an empty %s is an omitted one', (name) => {
    expect(parse(`response_type=code&${name}=`)).toEqual(parse('response_type=code'));
  });
});

describe('what goes back to the client by redirect', () => {
  test.each(['', 'response_type=', 'response_type'])('OA7 %j has no response_type', (query) => {
    expect(reasonOf(parse(query))).toBe('response_type_missing');
  });

  test.each([
    'token',
    'id_token',
    'id_token token',
    'code token',
    'code id_token token',
    'none',
    'Code',
    ' code',
    'code,token',
  ])('OA7 BP9 response_type %j is not supported', (responseType) => {
    const refused = codeRequest({ response_type: responseType });
    expect(reasonOf(refused)).toBe('response_type_unsupported');
    expect(!refused.ok && errorOf(refused.refusal)).toBe('unsupported_response_type');
  });

  test.each(['web_message', 'QUERY', 'query fragment'])('response_mode %s is not supported', (mode) => {
    expect(reasonOf(codeRequest({ response_mode: mode }))).toBe('response_mode_unsupported');
  });

  test.each([
    ['request', 'request_object_unsupported', 'request_not_supported'],
    ['request_uri', 'request_uri_unsupported', 'request_uri_not_supported'],
  ])('OC10 %s is not supported', (name, reason, error) => {
    const refused = codeRequest({ [name]: 'x' });
    expect(reasonOf(refused)).toBe(reason);
    expect(!refused.ok && errorOf(refused.refusal)).toBe(error);
  });

  test.each([
    'response_type',
    'scope',
    'state',
    'nonce',
    'prompt',
    'code_challenge',
    'code_challenge_method',
    'unheard_of',
  ])('OA5 a second %s', (name) => {
    expect(reasonOf(parse(`response_type=code&${name}=code&${name}=code`))).toBe('parameter_duplicated');
  });

  test('a value that is not percent-encoded UTF-8', () => {
    expect(reasonOf(parse('response_type=code&state=%ff'))).toBe('parameters_malformed');
  });

  test.each([
    ['state', 4_096],
    ['nonce', 1_024],
    ['scope', 2_048],
  ])('H13 a %s of more than %i characters', (name, maximum) => {
    expect(reasonOf(codeRequest({ [name]: 'x'.repeat(maximum) }))).toBe('accepted');
    expect(reasonOf(codeRequest({ [name]: 'x'.repeat(maximum + 1) }))).toBe('parameter_too_long');
  });

  test.each(['-1', '1.5', '1e3', '0x10', ' 1', '1 ', 'soon', '9999999999'])('OC4 max_age %j', (maxAge) => {
    expect(reasonOf(codeRequest({ max_age: maxAge }))).toBe('max_age_malformed');
  });

  test.each(['none login', 'login none', 'none none', 'none consent select_account', 'none unknown'])(
    'OC3 prompt %j',
    (prompt) => {
      expect(reasonOf(codeRequest({ prompt }))).toBe('prompt_contradictory');
    },
  );
});

test.each([
  ['0', 0],
  ['007', 7],
  ['999999999', 999_999_999],
])('OC4 max_age %s is %i seconds', (text, maxAge) => {
  expect(acceptedValue(codeRequest({ max_age: text })).maxAge).toBe(maxAge);
});

test.each([
  ['none', ['none']],
  ['login', ['login']],
  ['select_account', ['select_account']],
  ['login  consent ', ['login', 'consent']],
  ['unknown', []],
  ['unknown login', ['login']],
  ['LOGIN', []],
])('OC2 prompt %j is read as %j', (prompt, prompts) => {
  expect(acceptedValue(codeRequest({ prompt })).prompt).toEqual(prompts);
});

describe('OC7 response_type code id_token', () => {
  test.each(['code id_token', 'id_token code'])('may be written %j', (responseType) => {
    const request = acceptedValue(codeRequest({ response_type: responseType, nonce: 'n' }));
    expect(request.responseType).toBe('code id_token');
  });

  test('needs a nonce', () => {
    expect(reasonOf(codeRequest({ response_type: 'code id_token' }))).toBe('nonce_required');
  });

  test('does not travel in the query', () => {
    const request = codeRequest({ response_type: 'code id_token', nonce: 'n', response_mode: 'query' });
    expect(reasonOf(request)).toBe('response_mode_unsupported');
  });

  test('brings the challenge along as code does', () => {
    const pkce = { code_challenge: 'c', code_challenge_method: 'S256' };
    const request = acceptedValue(codeRequest({ response_type: 'code id_token', nonce: 'n', ...pkce }));
    expect(request).toMatchObject({ codeChallenge: 'c', codeChallengeMethod: 'S256' });
  });
});

/** An unsigned request object. */
const requestObject = (claims: object): string =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

test.each([
  ['response_type=code', 'query'],
  ['response_type=code&response_mode=fragment', 'fragment'],
  ['response_type=code&response_mode=form_post', 'form_post'],
  ['response_type=code&response_mode=web_message', 'query'],
  ['response_type=code&response_mode=fragment&response_mode=query', 'query'],
  ['response_type=code%20id_token', 'fragment'],
  ['response_type=code%20id_token&response_mode=query', 'fragment'],
  ['response_type=code%20id_token&response_mode=form_post', 'form_post'],
  ['response_type=token', 'fragment'],
  ['response_type=id_token%20code%20token', 'fragment'],
  ['response_type=id_token&response_mode=query', 'fragment'],
  ['response_type=token&response_mode=form_post', 'form_post'],
  ['response_type=none', 'query'],
  ['', 'query'],
  [`response_type=code&request=${requestObject({ response_mode: 'form_post' })}`, 'form_post'],
  [`response_type=code&response_mode=query&request=${requestObject({ response_mode: 'fragment' })}`, 'fragment'],
  [`response_type=code&response_mode=fragment&request=${requestObject({ response_mode: ['query'] })}`, 'fragment'],
  [`response_type=code&request=${requestObject({ response_mode: 'web_message' })}`, 'query'],
  ['response_type=code&response_mode=form_post&request=x', 'form_post'],
  ['response_type=code&request=a.b.c.d.e', 'query'],
  ['response_type=code&request=e30.bnVsbA.', 'query'],
])('the answer to %j, a refusal included, travels by %s', (query, mode) => {
  expect(answerMode(parametersOf(query))).toBe(mode);
});

test('RI4 resource may be repeated', () => {
  const query = 'response_type=code&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example';
  expect(acceptedValue(parse(query)).resources).toEqual(['https://a.example', 'https://b.example']);
});

describe('OA16 the state that is echoed', () => {
  test.each(['abc', 'a b+%&=#', '🔑é\u202e', '"\'<>\\', '\0\r\n', 'x'.repeat(4_096), '%20', ' '])(
    'is byte for byte %j',
    (state) => {
      expect(echoedState(parametersOf(encodePairs([['state', state]])))).toBe(state);
    },
  );

  test.each([
    ['there is none', 'response_type=code'],
    ['it is empty', 'state='],
    ['there are two', 'state=a&state=b'],
    ['there are two, one of them empty', 'state=a&state='],
    ['it cannot be decoded', 'state=%ff'],
    ['it is longer than 4,096 characters', `state=${'x'.repeat(4_097)}`],
  ])('is none when %s', (_, query) => {
    expect(echoedState(parametersOf(query))).toBeUndefined();
  });
});

describe('the request that goes on after a sign-in', () => {
  const goesOn = (query: string) => encodeParameters(afterSignIn(parametersOf(query)));

  test.each([
    ['prompt=login is done', 'state=a&prompt=login', 'state=a'],
    ['prompt=select_account is done', 'state=a&prompt=select_account', 'state=a'],
    ['both are done', 'state=a&prompt=login%20select_account', 'state=a'],
    ['consent is still to be asked', 'state=a&prompt=login%20consent', 'state=a&prompt=consent'],
    ['prompt=none stays', 'state=a&prompt=none', 'state=a&prompt=none'],
    ['any max_age is done', 'state=a&max_age=0', 'state=a'],
    ['everything else stays as it was', 'b=1&a=%20%2B&state=%F0%9F%94%91', 'b=1&a=%20%2B&state=%F0%9F%94%91'],
  ])('%s', (_, query, onward) => {
    expect(goesOn(query)).toBe(onward);
  });

  test('does not ask for a sign-in again', () => {
    const query = 'response_type=code&prompt=login%20consent%20select_account&max_age=0';
    expect(acceptedValue(parse(goesOn(query)))).toMatchObject({ prompt: ['consent'], maxAge: undefined });
  });

  test('is a request of its own: the one that came is unchanged', () => {
    const parameters = parametersOf('prompt=login&max_age=1');
    afterSignIn(parameters);
    expect(encodeParameters(parameters)).toBe('prompt=login&max_age=1');
  });
});
