import { testEveryFault } from '../faults/full-matrix.ts';
import { accountScenarios } from '../faults/scenarios/account.ts';

await testEveryFault(accountScenarios);
