// Loads .tsx files, which Node does not by itself: `node --import ./test/support/tsx.mjs FILE`.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.tsx')) return next(url, context);
    const file = fileURLToPath(url);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      ...{ loader: 'tsx', jsx: 'automatic', sourcefile: file, sourcemap: 'inline' },
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
