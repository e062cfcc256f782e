/** Words of Claude Code for a usage limit that has been reached; they change between versions. */
const limitWords = /\b(?:usage|session|weekly|hourly|5-hour|Opus|Sonnet|Fable)\s+limit\b|\blimit reached\b/i;

export function speaksOfLimit(text: string): boolean {
  return limitWords.test(text);
}

/**
 * When a limit ends, as its text says: `resets 3pm (Europe/London)`, `resets Nov 25, 3:30pm`, or seconds since 1970
 * behind a bar. A time without a zone is one of this machine.
 * @returns ISO time, never in the past; null where the text says none
 */
export function limitEnd(text: string, now: Date): string | null {
  const seconds = Number(/\|(\d{10})\b/.exec(text)?.[1]);
  if (seconds * 1000 > now.getTime()) return new Date(seconds * 1000).toISOString();
  const said = resetText.exec(text)?.groups;
  if (!said) return null;
  const hour = hourOf(Number(said.hour), said.half);
  const minute = Number(said.minute ?? 0);
  if (!(hour <= 23 && minute <= 59)) return null;
  return nextTime({ hour, minute, month: said.month, day: Number(said.day ?? 0) }, said.zone, now);
}

const resetText =
  /\bresets?\s+(?:at\s+)?(?:(?<month>[A-Z][a-z]{2})[a-z]*\s+(?<day>\d{1,2}),?\s+(?:at\s+)?)?(?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s*(?<half>[ap]m)?(?:\s+\((?<zone>[\w/+-]+)\))?/i;

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return hour > 12 ? Number.NaN : (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

interface WallTime {
  readonly hour: number;
  readonly minute: number;
  readonly month: string | undefined;
  readonly day: number;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** The next moment at which clocks of that zone show it; weekly limits name their day. */
function nextTime(
  { hour, minute, month, day }: WallTime,
  zone: string | undefined,
  now: Date,
): string | null {
  const clock = clockOf(zone);
  if (!clock) return null;
  const wanted = hour * 60 + minute;
  const first = Math.floor(now.getTime() / minuteMs) + minutesAhead(clock, now, wanted);
  for (let days = 0; days <= 8; days++) {
    const guess = new Date((first + days * dayMinutes) * minuteMs);
    // Where clocks are changed in between, it is off by that.
    const off = minutesAhead(clock, guess, wanted);
    const at = new Date(guess.getTime() + (off > dayMinutes / 2 ? off - dayMinutes : off) * minuteMs);
    const parts = partsAt(clock, at);
    const isDay = month === undefined || (parts.month === month && Number(parts.day) === day);
    if (isDay && at > now) return at.toISOString();
  }
  return null;
}

/** From what the clock shows at a moment to the time wanted, less than a day. */
function minutesAhead(clock: Intl.DateTimeFormat, at: Date, wanted: number): number {
  const { hour, minute } = partsAt(clock, at);
  return (wanted - Number(hour) * 60 - Number(minute) + dayMinutes) % dayMinutes;
}

function clockOf(zone: string | undefined): Intl.DateTimeFormat | null {
  const fields = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...fields, hourCycle: 'h23', ...(zone && { timeZone: zone }) });
  } catch {
    // No zone of that name.
    return null;
  }
}

function partsAt(clock: Intl.DateTimeFormat, at: Date): Readonly<Record<string, string>> {
  return Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
}
