import { expect, it } from 'vitest';
import { rateFor } from '../../src/core/invoices.ts';

const rates = {
  hour: 8000,
  repos: { web: 6000, admin: 7000 },
  workers: { 'web/cart': 5000 },
  tasks: { audit: 12_000 },
};

it.each([
  [{ repo: 'backend', task: 'auth', worker: 'backend/auth' }, 8000],
  [{ repo: 'web', task: 'page', worker: 'web/page' }, 6000],
  [{ repo: 'web', task: 'cart', worker: 'web/cart' }, 5000],
  [{ repo: 'web', task: 'audit', worker: 'web/cart' }, 12_000],
  [{ repo: '', task: '', worker: '' }, 8000],
  [{ repo: 'constructor', task: '__proto__', worker: 'toString' }, 8000],
])('the rate of %j is the most precise one that is said', (work, cents) => {
  expect(rateFor(rates, work)).toBe(cents);
});
