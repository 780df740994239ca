import { testEveryFault } from '../faults/full-matrix.ts';
import { authorizeScenarios } from '../faults/scenarios/authorize.ts';

await testEveryFault(authorizeScenarios);
