import { MinimalReporter, type TestModule, type TestSpecification, type Vitest } from 'vitest/node';

type Count = { passed: number; failed: number; skipped: number };

type Options = ConstructorParameters<typeof MinimalReporter>[0] & {
  /** How often it says how far it is. @default 15,000 */
  progressMs?: number;
};

/**
 * Says little when all is well: a line per project, what was skipped and why, and last of all `N passed, N failed, N skipped`, which
 * CI reads. Of what failed it shows everything: assertion, difference, place, and the console output of the test. While it takes
 * long, a person or CI learns every 15 s how far it is.
 */
export default class QuietReporter extends MinimalReporter {
  private readonly progressMs: number;
  private progress: NodeJS.Timeout | undefined;
  private files = 0;
  private done = 0;
  private readonly running = new Set<string>();
  /** Absent until the tests have run: a run that was broken off has no result. */
  private total: Count | undefined;

  constructor({ progressMs = 15_000, ...options }: Options = {}) {
    super({ ...options, silent: 'passed-only' });
    this.progressMs = progressMs;
  }

  /** Without the banner of the other reporters. */
  override onInit(vitest: Vitest): void {
    this.ctx = vitest;
    process.once('exit', () => {
      if (this.total) process.stdout.write(`${written(this.total)}\n`);
    });
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications);
    this.files = specifications.length;
    this.done = 0;
    if (process.stdout.isTTY || process.env['CI']) {
      this.progress = setInterval(() => this.tellProgress(), this.progressMs);
    }
  }

  private tellProgress(): void {
    const seconds = Math.round((performance.now() - this.start) / 1_000);
    const running = [...this.running].join(', ');
    this.log(`${seconds} s: done ${this.done} of ${this.files} files, running: ${running || 'none'}`);
  }

  override onTestModuleQueued(module: TestModule): void {
    super.onTestModuleQueued(module);
    this.running.add(module.relativeModuleId);
  }

  override onTestModuleEnd(module: TestModule): void {
    super.onTestModuleEnd(module);
    this.running.delete(module.relativeModuleId);
    this.done += 1;
  }

  override onTestRunEnd(...[modules, unhandledErrors, reason]: Parameters<MinimalReporter['onTestRunEnd']>): void {
    clearInterval(this.progress);
    super.onTestRunEnd(modules, unhandledErrors, reason);
    for (const line of [...skips(modules), ...projects(modules)]) this.log(line);
    const count = countOf(modules);
    this.total = { ...count, failed: count.failed + unhandledErrors.length };
  }

  /** The lines of onTestRunEnd take its place. */
  override reportTestSummary(): void {}
}

/** A file that cannot be loaded, and a group whose hooks fail, count as one test that failed: none of its tests may have run. */
function countOf(modules: readonly TestModule[]): Count {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    count.failed += [module, ...module.children.allSuites()].filter((group) => group.errors().length > 0).length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      count[state === 'pending' ? 'skipped' : state] += 1;
    }
  }
  return count;
}

const written = ({ passed, failed, skipped }: Count) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

function projects(modules: readonly TestModule[]): string[] {
  const names = [...new Set(modules.map(({ project }) => project.name))];
  return names.map((name) => `${name}: ${written(countOf(modules.filter(({ project }) => project.name === name)))}`);
}

/** The tests that said why they did not run. */
function skips(modules: readonly TestModule[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests('skipped')]);
  return tests.flatMap((test) => {
    const result = test.result();
    const why = result.state === 'skipped' ? result.note : undefined;
    return why === undefined ? [] : [`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${why}`];
  });
}
