import { expect, test } from 'vitest';
import { addressFamily } from '../../infra/bundling/sdk/address-family.ts';

/* The first call compiles Node's expression in another way than the later ones find it. */

const hosts: [string, number][] = [
  ['dynamodb.eu-west-1.amazonaws.com', 0],
  ['localhost', 0],
  ['127.0.0.1', 4],
  ['256.0.0.1', 0],
  ['::1', 6],
  ['2001:db8::8a2e:370:7334', 6],
  ['fe80::1%eth0', 6],
  ['::ffff:192.0.2.1', 6],
  ['1:2:3:4:5:6:7:8:9', 0],
  ['2001:db8:::1', 0],
];

test('the family of an address is the same at the first call and at every later one', () => {
  for (let call = 0; call < 3; call += 1) {
    expect(hosts.map(([host]) => [host, addressFamily(host)])).toEqual(hosts);
  }
});
