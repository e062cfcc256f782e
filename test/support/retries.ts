import type { Reporter, TestCase } from 'vitest/node';

/**
 * Prints every test that passed or failed only after another attempt, with what went wrong before: a test that needs it
 * again and again is a fault of ours, and the summary of Vitest counts it as passed.
 */
export class Retries implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const { retryCount = 0 } = test.diagnostic() ?? {};
    if (retryCount === 0) return;
    const why = test.result().errors?.[0]?.message.split('\n', 1)[0] ?? 'no reason given';
    this.#lines.push(`  ${test.module.relativeModuleId} > ${test.fullName}\n    ${why}`);
  }

  onTestRunEnd(): void {
    if (this.#lines.length === 0) return;
    process.stdout.write(`\nTried again: ${this.#lines.length}\n${this.#lines.join('\n')}\n\n`);
    this.#lines.length = 0;
  }
}
