import { isIP } from 'node:net';

let isCompiled = false;

/**
 * `isIP`, which also prepares it for Node's own calls while a connection opens. Node tells an IPv6 address by an expression of which V8
 * makes bytecode at its first use and machine code at its second. Optimized, the two take 4 ms for a name of a host, a tenth of a
 * function's start; unoptimized, which is what V8 does by itself with longer expressions, 0.5, and the module that says so 0.4.
 * Everything else is compiled as before: the flag is back at once, and the modules of Node's that come later are the ones that Node was
 * built with.
 */
export function addressFamily(host: string): number {
  if (isCompiled) return isIP(host);
  isCompiled = true;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString('--no-regexp-optimization');
  isIP(host);
  const family = isIP(host);
  setFlagsFromString('--regexp-optimization');
  return family;
}
