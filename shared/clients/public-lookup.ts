import { type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../oauth/public-address.ts';

/** Resolves a name to all of its addresses, like `lookup` of node:dns. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** The code of the error for a name with an address that is not public. */
export const notPublic = 'ERR_ADDRESS_NOT_PUBLIC';

/** Resolves a name for one connection, which goes to the addresses that were judged. Fails when any of them is not public. */
export const publicLookupBy =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        const refused = Object.assign(new Error('the host has an address that is not public'), { code: notPublic });
        return callback(refused, '', 0);
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

export const publicLookup = publicLookupBy(lookup);
