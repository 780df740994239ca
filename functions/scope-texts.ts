import type { ApiReader } from '../shared/apis/api-store.ts';
import { scopeTexts } from '../shared/apis/registered-scope.ts';
import { isOpenidScope } from '../shared/oauth/scope.ts';

/** What people read about the operator's own scope values. It is asked for only where some value is not of OpenID Connect. */
export const textsFor = async (
  scope: readonly string[],
  language: string,
  apis: Pick<ApiReader, 'scopes'>,
): Promise<Readonly<Record<string, string>>> =>
  scope.every(isOpenidScope) ? {} : scopeTexts(await apis.scopes(), language);
