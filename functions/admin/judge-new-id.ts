import type { OperationDeps } from './operation.ts';

/**
 * Why a new client cannot have this id; undefined when it can. Its own tokens, or its ID tokens, would pass for somebody else's
 * (RFC 9068 §5, RFC 8725 §3.11).
 */
export async function judgeNewId(
  clientId: string,
  { accounts, apis }: Pick<OperationDeps, 'accounts' | 'apis'>,
): Promise<string | undefined> {
  if (await accounts.isSubject(clientId)) return 'is the sub of an account';
  const isOfJwtApi = (await apis.list()).some(
    ({ value: { resource, accessTokenTyp } }) => resource === clientId && accessTokenTyp === 'JWT',
  );
  return isOfJwtApi ? 'is the resource of an API with access_token_typ JWT' : undefined;
}
