import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../shared/oauth/public-address.ts';

/*
 * The registries of special-purpose addresses of the IANA, as of 2025-10: every block with its first and its last address, or
 * with one from inside where those are not telling.
 */

const ipv4 = {
  '0.0.0.0/8, this network': ['0.0.0.0', '0.255.255.255'],
  '10.0.0.0/8, private': ['10.0.0.0', '10.255.255.255'],
  '100.64.0.0/10, shared by providers': ['100.64.0.0', '100.127.255.255'],
  '127.0.0.0/8, loopback': ['127.0.0.1', '127.255.255.254'],
  '169.254.0.0/16, link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
  '172.16.0.0/12, private': ['172.16.0.0', '172.31.255.255'],
  '192.0.0.0/24, IETF protocols': ['192.0.0.0', '192.0.0.8', '192.0.0.9', '192.0.0.170', '192.0.0.255'],
  '192.0.2.0/24, documentation': ['192.0.2.0', '192.0.2.255'],
  '192.31.196.0/24, AS112': ['192.31.196.1'],
  '192.52.193.0/24, AMT': ['192.52.193.1'],
  '192.88.99.0/24, 6to4 relays': ['192.88.99.1', '192.88.99.2'],
  '192.168.0.0/16, private': ['192.168.0.0', '192.168.255.255'],
  '192.175.48.0/24, AS112': ['192.175.48.1'],
  '198.18.0.0/15, benchmarks': ['198.18.0.0', '198.19.255.255'],
  '198.51.100.0/24, documentation': ['198.51.100.0', '198.51.100.255'],
  '203.0.113.0/24, documentation': ['203.0.113.0', '203.0.113.255'],
  '224.0.0.0/4, multicast': ['224.0.0.1', '239.255.255.255'],
  '240.0.0.0/4, reserved': ['240.0.0.0', '255.255.255.254'],
  '255.255.255.255, broadcast': ['255.255.255.255'],
};

const ipv6 = {
  '::, unspecified': ['::', '0:0:0:0:0:0:0:0'],
  '::1, loopback': ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  '::/96, IPv4-compatible': ['::7f00:1', '::127.0.0.1', '::a9fe:a9fe'],
  '::ffff:0:0/96, IPv4-mapped': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:169.254.169.254',
    '0:0:0:0:0:ffff:10.0.0.1',
  ],
  '::ffff:0:0:0/96, IPv4-translated': ['::ffff:0:7f00:1', '::ffff:0:127.0.0.1'],
  '64:ff9b::/96, translation': ['64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '64:ff9b::808:808'],
  '64:ff9b:1::/48, local translation': ['64:ff9b:1::', '64:ff9b:1::7f00:1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  '100::/64, discard': ['100::', '100::ffff:ffff:ffff:ffff'],
  '100:0:0:1::/64, dummy prefix': ['100:0:0:1::1'],
  '2001::/23, IETF protocols': ['2001:1::1', '2001:1ff:ffff::'],
  '2001::/32, Teredo': ['2001::1', '2001:0:7f00:1::'],
  '2001:2::/48, benchmarks': ['2001:2::1'],
  '2001:3::/32, AMT': ['2001:3::1'],
  '2001:4:112::/48, AS112': ['2001:4:112::1'],
  '2001:10::/28, ORCHID': ['2001:10::1'],
  '2001:20::/28, ORCHIDv2': ['2001:20::1'],
  '2001:30::/28, drones': ['2001:30::1'],
  '2001:db8::/32, documentation': ['2001:db8::1', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  '2002::/16, 6to4': ['2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:808:808::1'],
  '2620:4f:8000::/48, AS112': ['2620:4f:8000::1'],
  '3fff::/20, documentation': ['3fff::1', '3fff:fff:ffff::1'],
  '5f00::/16, segment routing': ['5f00::1'],
  'fc00::/7, unique local': ['fc00::1', 'fd00:ec2::254', 'fdff:ffff::1'],
  'fe80::/10, link-local': ['fe80::1', 'febf::1', 'fe80::1%eth0', 'fe80::a9fe:a9fe'],
  'fec0::/10, site-local': ['fec0::1', 'feff::1'],
  'ff00::/8, multicast': ['ff02::1', 'ff0e::1'],
  'not given out': ['1000::1', '4000::1', '8000::1', 'e000::1', '200::1'],
  'an address with a zone': ['2606:4700::1111%eth0'],
};

const addressesOf = (blocks: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(blocks).flatMap(([block, addresses]) => addresses.map((address) => ({ block, address })));

describe('S22, DC3: an address that a client names is not fetched from', () => {
  test.each(addressesOf(ipv4))('in $block: $address', ({ address }) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
  });

  test.each(addressesOf(ipv6))('in $block: $address', ({ address }) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '127.0.0.1:443', '[::1]', '8.8.8.8 '])(
    'which is none: "%s"',
    (address) => {
      expect(isPublicAddress(address)).toBe(false);
    },
  );
});

test.each([
  '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '93.184.215.14', '100.63.255.255', '100.128.0.0', '126.255.255.255',
  '128.0.0.1', '169.253.255.255', '172.15.255.255', '172.32.0.1', '192.0.1.1', '192.0.3.0', '192.169.0.1', '198.17.255.255',
  '198.20.0.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '::ffff:8.8.8.8', '2001:200::1', '2001:4860:4860::8888',
  '2003::1', '2606:2800:21f:cb07::1', '2620:4f:8001::1', '2a00:1450:4001::1', '3ffe::1', '3fff:1000::1',
])('S22: %s is public', (address) => { expect(isPublicAddress(address)).toBe(true); }); // biome-ignore format: a table
