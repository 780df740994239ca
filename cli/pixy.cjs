#!/usr/bin/env node
const { isCheckout } = require('../require-node.cjs');

void import(isCheckout() ? './pixy.ts' : '../dist/cli/pixy.mjs');
