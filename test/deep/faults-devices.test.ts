import { testEveryFault } from '../faults/full-matrix.ts';
import { deviceScenarios } from '../faults/scenarios/devices.ts';

await testEveryFault(deviceScenarios);
