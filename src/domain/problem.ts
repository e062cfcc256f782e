export { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
