import { testEveryFault } from '../faults/full-matrix.ts';
import { tokenScenarios } from '../faults/scenarios/tokens.ts';

await testEveryFault(tokenScenarios);
