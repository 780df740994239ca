/** @param {ArrayBuffer | Uint8Array} bytes */
export const toBase64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** Throws for what is not base64url. @param {string} text */
export const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

/** @param {string} text */
export const toBytes = (text) => new TextEncoder().encode(text);

/** A part of a JWT. Throws for anything else. @param {string} part */
export const decodeJson = (part) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(part)));

/** 256 random bits: as much as a verifier has to have, and a state or nonce as well. */
export const randomText = () => toBase64url(crypto.getRandomValues(new Uint8Array(32)));
