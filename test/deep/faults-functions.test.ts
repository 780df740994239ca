import { testEveryFault } from '../faults/full-matrix.ts';
import { functionScenarios } from '../faults/scenarios/functions.ts';

await testEveryFault(functionScenarios);
