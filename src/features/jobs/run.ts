import { defineVerb } from '../define.ts';

/** Needs no controller, and is no request. */
export const run = defineVerb({
  usage: 'run <job> [repos...]',
  about: 'a configured job, in the main checkouts',
  by: 'person',
  what: 'run jobs in main checkouts',
});
