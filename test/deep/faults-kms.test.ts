import { testEveryFault } from '../faults/full-matrix.ts';
import { allScenarios } from '../faults/scenarios/index.ts';

/* Keys in KMS: every call that the other files do not have. */
await testEveryFault(allScenarios, { signing: 'kms', only: (call) => call.startsWith('KMS') });
