const linesSchema = { type: 'integer', minimum: 0, maximum: 100_000 } as const;
const dollarsSchema = { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 } as const;
const waitSchema = { type: 'integer', minimum: 0, maximum: 600_000 } as const;

/** `limits` of `.orch/config.json`; see `Limits`. */
export const limitsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    scrollback: {
      type: 'object',
      properties: { visible: linesSchema, hidden: linesSchema },
      required: ['visible', 'hidden'],
    },
    workers: { type: 'integer', minimum: 1, maximum: 100 },
    staggerMs: { type: 'integer', minimum: 0, maximum: 60_000 },
    dollars: {
      type: 'object',
      additionalProperties: false,
      properties: { day: dollarsSchema, worker: dollarsSchema },
    },
    stopping: {
      type: 'object',
      additionalProperties: false,
      properties: { idleMs: waitSchema, quitMs: waitSchema, termMs: waitSchema },
    },
  },
} as const;
