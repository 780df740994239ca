import type { JSONWebKeySet } from 'jose';
import { guardedFetch } from './guarded-fetch.ts';

/* Loaded when the first client or trusted issuer comes that names its keys by an address: see infra/bundling/build.ts. */

const limits = { bytes: 65_536, milliseconds: 3_000 };

/** Returns the JWKS at an address, or undefined when it cannot be fetched: nobody is proven by it then. */
export async function fetchJwks(url: string, allowLoopback = false): Promise<JSONWebKeySet | undefined> {
  const fetched = await guardedFetch(url, limits, { allowLoopback });
  return fetched.ok ? parseJwks(fetched.value.text) : undefined;
}

function parseJwks(text: string): JSONWebKeySet | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const keys = (json as JSONWebKeySet | null)?.keys;
    return Array.isArray(keys) ? { keys: keys.filter(isObject).slice(0, 20) } : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (key: unknown): boolean => typeof key === 'object' && key !== null && !Array.isArray(key);
