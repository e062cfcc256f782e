import type { z } from 'zod';
import type { Result } from '../../lib/result.ts';
import type { Desk } from './desk.ts';

/** Something an agent may ask for by name. */
export interface Tool {
  readonly name: string;
  /** For the model: what it is for and when to use it. */
  readonly description: string;
  readonly input: z.ZodType;
  /** Changes nothing. */
  readonly reads: boolean;
  /**
   * Answers a call whose arguments `input` has accepted.
   * @param id whose token it was
   */
  run(desk: Desk, id: string, args: unknown): Promise<Result<unknown>>;
}

/** A tool whose arguments have the type of its schema. */
export function defineTool<T extends z.ZodType>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: T;
  readonly reads?: boolean;
  run(desk: Desk, id: string, args: z.output<T>): Promise<Result<unknown>>;
}): Tool {
  return { reads: false, ...tool, run: (desk, id, args) => tool.run(desk, id, args as z.output<T>) };
}
