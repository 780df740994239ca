import { testEveryFault } from '../faults/full-matrix.ts';
import { adminScenarios } from '../faults/scenarios/admin.ts';

await testEveryFault(adminScenarios);
