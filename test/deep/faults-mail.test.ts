import { testEveryFault } from '../faults/full-matrix.ts';
import { mailScenarios } from '../faults/scenarios/mail.ts';

await testEveryFault(mailScenarios);
