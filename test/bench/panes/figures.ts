/** Something measured. */
export interface Measure {
  readonly name: string;
  readonly unit: 'MB/s' | 'ms' | '1/s' | 'KB/s' | '% of a core' | 'ms/MB' | 'MB';
  /** Of all values: 0.5 is the median. */
  readonly percentile?: number;
}

/** A line of the outcome. */
export interface Figure {
  readonly measure: string;
  readonly unit: string;
  /** By program; null where it was not measured. */
  readonly values: Readonly<Record<string, number | null>>;
  /** The first program's value over the second's; null where one is missing. */
  readonly ratio: number | null;
}

/** Values of all rounds by measure and program. */
export class Figures {
  readonly #programs: readonly string[];
  readonly #values = new Map<string, { readonly measure: Measure; readonly values: Map<string, number[]> }>();

  constructor(programs: readonly string[]) {
    this.#programs = programs;
  }

  add(program: string, measure: Measure, ...values: readonly number[]): void {
    const known = this.#values.get(measure.name) ?? { measure, values: new Map<string, number[]>() };
    this.#values.set(measure.name, known);
    known.values.set(program, [...(known.values.get(program) ?? []), ...values]);
  }

  summary(): readonly Figure[] {
    return [...this.#values.values()].map(({ measure, values }) => {
      const all = this.#programs.map(
        (name) => [name, percentile(values.get(name), measure.percentile ?? 0.5)] as const,
      );
      const [ours, theirs] = all.map(([, value]) => value);
      const ratio = ours == null || theirs == null || theirs === 0 ? null : ours / theirs;
      return { measure: measure.name, unit: measure.unit, values: Object.fromEntries(all), ratio };
    });
  }
}

/** As a table in Markdown. */
export function figuresTable(programs: readonly string[], figures: readonly Figure[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['', ...programs, 'ratio']),
    row(['---', ...programs.map(() => '--:'), '--:']),
    ...figures.map(({ measure, unit, values, ratio }) =>
      row([
        `${measure}, ${unit}`,
        ...programs.map((name) => shown(values[name] ?? null)),
        ratio === null ? '' : `${shown(ratio)} ×`,
      ]),
    ),
  ].join('\n');
}

function percentile(values: readonly number[] | undefined, part: number): number | null {
  const sorted = [...(values ?? [])].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? null;
}

/** Three digits. */
function shown(value: number | null): string {
  if (value === null) return '–';
  const digits = value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return value.toFixed(digits);
}
