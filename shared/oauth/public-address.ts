import { BlockList, isIPv4, isIPv6 } from 'node:net';

/*
 * Which addresses are on the public internet, according to IANA's registries of special-purpose addresses (RFC 6890 and its
 * updates). Blocks that a registry calls "globally reachable" but that serve a protocol and no web server are excluded as well.
 */

const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.31.196.0', 24], ['192.52.193.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['192.175.48.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) special.addSubnet(network, prefix, 'ipv4'); // biome-ignore format: a table
for (const [network, prefix] of [
  ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['2620:4f:8000::', 48], ['3fff::', 20],
] as const) special.addSubnet(network, prefix, 'ipv6'); // biome-ignore format: a table

/**
 * The only block from which IPv6 addresses are assigned (RFC 4291 §2.4). Of the forms that embed an IPv4 address, it contains
 * only 6to4.
 */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Returns false for loopback, private, link-local (cloud metadata), documentation, translation and reserved addresses, and for
 * anything that is not an address. Judges an IPv4 address written as mapped IPv6 (RFC 4291 §2.5.5.2) as IPv4.
 */
export function isPublicAddress(address: string): boolean {
  const ipv4 = mapped.exec(address)?.[1] ?? address;
  if (isIPv4(ipv4)) return !special.check(ipv4, 'ipv4');
  // A zone (RFC 4007 §11) is only for addresses on this host's links.
  if (!isIPv6(address) || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
