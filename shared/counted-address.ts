import { isIPv6 } from 'node:net';

/**
 * Returns the address under which a throttle counts `sourceIp`. An IPv6 address counts as its /64, the least that one connection
 * is assigned (RFC 6177 §2), because its holder has 2^64 addresses to choose from. An IPv4 address counts as itself, even when it
 * is written as IPv6 (RFC 4291 §2.5.5.2).
 */
export function countedAddress(sourceIp: string): string {
  if (!isIPv6(sourceIp)) return sourceIp;
  const groups = groupsOf(sourceIp);
  const [high, low] = groups.slice(6);
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped && high !== undefined && low !== undefined) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/**
 * Returns how an address begins, for people to tell whether it may be theirs: two of the four numbers of an IPv4 address, or the first
 * two groups of an IPv6 address. The rest would say who it is.
 */
export function addressBeginning(sourceIp: string): string {
  const counted = countedAddress(sourceIp);
  const separator = isIPv6(sourceIp) && counted.includes('::/') ? ':' : '.';
  return counted.split(separator).slice(0, 2).join(separator);
}

/** Returns the eight groups of an IPv6 address. A URL normalizes it: no IPv4 notation at the end, no zone. */
function groupsOf(address: string): number[] {
  const { hostname } = new URL(`http://[${address.split('%')[0]}]`);
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
