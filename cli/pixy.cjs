#!/usr/bin/env node
require('../require-node.cjs');

void import('./pixy.ts');
