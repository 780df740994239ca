#!/usr/bin/env node
const { existsSync } = require('fs');
const { join } = require('path');
require('../require-node.cjs');

// The package has what was built, a checkout the sources.
void import(existsSync(join(__dirname, 'pixy.ts')) ? './pixy.ts' : '../dist/cli/pixy.mjs');
