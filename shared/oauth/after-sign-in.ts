import { endpoints } from './endpoints.ts';
import { encodeParameters, type Parameters, single } from './parameters.ts';

/**
 * Where what a sign-in interrupted goes on: at /authorize with its request, or at the page for user codes with the code. An
 * authorization request names a client, whatever else it has.
 */
export function goOnAt(interrupted: Parameters): `/${string}` {
  const isUserCode = single(interrupted, 'user_code') !== undefined && single(interrupted, 'client_id') === undefined;
  return `${isUserCode ? endpoints.device : endpoints.authorize}?${encodeParameters(interrupted)}`;
}
