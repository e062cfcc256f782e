/** Whether an agent found our tools: they fail to load without a word to its person. */
export interface ToolsContact {
  /** The worker's run it is about. */
  readonly run: number;
  /** `listed`: it knows which tools there are. `overdue`: it should have asked long ago. */
  readonly state: 'fresh' | 'awaited' | 'met' | 'listed' | 'overdue';
}
