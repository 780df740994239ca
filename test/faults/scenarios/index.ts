import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { accountScenarios } from './account.ts';
import { adminScenarios } from './admin.ts';
import { authorizeScenarios } from './authorize.ts';
import { deviceScenarios } from './devices.ts';
import { functionScenarios } from './functions.ts';
import { mailScenarios } from './mail.ts';
import { signInScenarios } from './sign-in.ts';
import { tokenScenarios } from './tokens.ts';

/** The ordinary successful requests of every endpoint. */
export const allScenarios = async (world: World): Promise<Scenario[]> => [
  ...authorizeScenarios(world),
  ...signInScenarios(world),
  ...accountScenarios(world),
  ...mailScenarios(world),
  ...(await tokenScenarios(world)),
  ...deviceScenarios(world),
  ...adminScenarios(world),
  ...(await functionScenarios(world)),
];
