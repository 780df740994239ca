import { parseApi, type RegisteredApi } from '../../shared/apis/registered-api.ts';

/** The API that a construct declares, as JSON. */
export type DeclaredApiVariable = 'PIXY_DECLARED_API';

/** Reads the environment. Throws, with every mistake, when the declaration is no API. */
export function readDeclaredApi(env: Record<string, string | undefined>): RegisteredApi {
  const parsed = parseApi(JSON.parse(env['PIXY_DECLARED_API' satisfies DeclaredApiVariable] ?? 'null'));
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.refusal.map(({ member, problem }) => `${member} ${problem}`).join('; '));
}
