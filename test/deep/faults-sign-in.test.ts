import { testEveryFault } from '../faults/full-matrix.ts';
import { signInScenarios } from '../faults/scenarios/sign-in.ts';

await testEveryFault(signInScenarios);
