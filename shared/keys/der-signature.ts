/**
 * Converts an ECDSA P-256 signature from X.509's form (DER: SEQUENCE of two INTEGERs) to that of RFC 7518 §3.4: r and s, 32 bytes
 * each. Throws for anything that is not such a signature.
 */
export function joseSignature(der: Buffer): Buffer {
  const [sequence, length] = [der[0], der[1]];
  if (sequence !== 0x30 || length !== der.length - 2) throw new Error('not a DER signature');
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (s.end !== der.length) throw new Error('not a DER signature');
  return Buffer.concat([r.bytes, s.bytes]);
}

/**
 * Converts an ECDSA signature of any curve from the form of RFC 7518 §3.4 to X.509's, which OpenSSL verifies in two thirds of the time.
 * Takes any bytes: what was no signature is none afterwards.
 */
export function derSignature(jose: Buffer): Buffer {
  const half = jose.length >> 1;
  const integers = [...writeInteger(jose.subarray(0, half)), ...writeInteger(jose.subarray(half))];
  const length = integers.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(length > 127 ? [0x30, 0x81, length] : [0x30, length]), ...integers]);
}

/** Writes a positive integer of at most 66 bytes: without leading zeros, and with one before a high bit. */
function writeInteger(bytes: Buffer): [Buffer, Buffer] {
  const first = bytes.findIndex((byte) => byte !== 0);
  const value = bytes.subarray(first < 0 ? bytes.length - 1 : first);
  const isHigh = ((value[0] ?? 0) & 0x80) !== 0;
  return [Buffer.from(isHigh ? [0x02, value.length + 1, 0] : [0x02, value.length]), value];
}

/** Reads a positive integer of at most 32 bytes and pads it to 32. DER puts a zero before a high bit and omits other leading zeros. */
function readInteger(der: Buffer, start: number): { bytes: Buffer; end: number } {
  const length = der[start + 1] ?? 0;
  const end = start + 2 + length;
  if (der[start] !== 0x02 || length === 0 || end > der.length) throw new Error('not a DER signature');
  const value = der.subarray(start + 2, end);
  const significant = value[0] === 0 ? value.subarray(1) : value;
  if (significant.length > 32) throw new Error('not a P-256 signature');
  return { bytes: Buffer.concat([Buffer.alloc(32 - significant.length), significant]), end };
}
