import { assertedGrantStore } from '../../../shared/grants/asserted-grant-store.ts';
import { linkedAccountStore } from '../../../shared/upstream/linked-account-store.ts';
import type { Runtime } from '../../runtime.ts';
import { subjectsOf } from '../../subjects-of.ts';
import type { GrantFlow } from '../grant-flow.ts';
import { jwtBearerFlow } from './jwt-bearer.ts';

export { clientOfAssertion } from './client-of-assertion.ts';

export function compose(runtime: Runtime): GrantFlow {
  const { config, database } = runtime;
  return jwtBearerFlow({
    linkedAccounts: linkedAccountStore(database, config.tables.people),
    grants: assertedGrantStore(database, config.tables.grants),
    subjectsOf: subjectsOf(runtime),
  });
}
