import {
  currencyDigits,
  formatCents,
  formatClock,
  formatHours,
  parseAmount,
  parseDuration,
} from '../core/amounts.ts';

/**
 * An amount as another one in the file is written: its currency sign, its separators, `/h` behind a rate. Where that
 * other one was no amount, the plain number.
 */
export function amountLike(model: string, cents: number, currency: string): string {
  const styled = styledAmount(model, cents, currency);
  const again = parseAmount(withoutHour(styled), currency);
  const digits = currencyDigits(currency);
  return again.ok && again.value === cents ? styled : formatCents(cents, digits.ok ? digits.value : 2);
}

/** A rate without the `/h` or `per hour` behind it. */
export function withoutHour(rate: string): string {
  return rate.replace(/\s*(?:\/|per)\s*h(?:ou)?r?s?$/i, '');
}

function styledAmount(model: string, cents: number, currency: string): string {
  const digits = currencyDigits(currency);
  const places = digits.ok ? digits.value : 2;
  const [, before = '', number = '', after = ''] =
    /^([^\d]*)(\d[\d.,' ]*\d|\d)(.*)$/.exec(model.trim()) ?? [];
  const isBare = places === 2 && /^\d+$/.test(number) && cents % 100 === 0;
  const [units = '', decimals] = formatCents(cents, places).split('.');
  const hasComma = /,\d{1,2}$/.test(number);
  const group = /\d([.,' ])\d{3}(?!\d)/.exec(number)?.[1];
  const grouped = group === undefined ? units : units.replace(/\B(?=(\d{3})+$)/g, group);
  return (
    before + grouped + (decimals === undefined || isBare ? '' : (hasComma ? ',' : '.') + decimals) + after
  );
}

/**
 * A time as another one in the file is written: `1:30`, `1h 30m`, `90 min`, `1.5h` or hours as a number.
 * @param isMinutes whether a bare number means minutes there
 */
export function timeLike(model: string, minutes: number, isMinutes: boolean): string {
  const styled = styledTime(model, minutes, isMinutes);
  const again = parseDuration(styled, { bare: isMinutes ? 1 : 60 });
  if (again.ok && again.value === minutes) return styled;
  return isMinutes ? String(minutes) : formatHours(minutes);
}

function styledTime(model: string, minutes: number, isMinutes: boolean): string {
  const text = model.trim();
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (/^\d+:\d\d/.test(text)) return formatClock(minutes);
  const [, gap = '', unit = ''] = /^\d+(?:[.,]\d+)?(\s*)([a-z]+)$/i.exec(text) ?? [];
  if (/^m/i.test(unit)) return `${minutes}${gap}${unit}`;
  if (/^hours?$/i.test(unit)) return `${formatHours(minutes)}${gap}${minutes === 60 ? 'hour' : 'hours'}`;
  const parts = [...(hours > 0 || rest === 0 ? [`${hours}h`] : []), ...(rest > 0 ? [`${rest}m`] : [])];
  if (/^h/i.test(unit))
    return /[.,]/.test(text) || rest === 0 ? `${formatHours(minutes)}${gap}${unit}` : parts.join(' ');
  if (/h/i.test(text) && /m/i.test(text)) return parts.join(' ');
  if (isMinutes) return String(minutes);
  const decimals = /[.,](\d+)$/.exec(text)?.[1]?.length;
  return decimals === undefined
    ? formatHours(minutes)
    : Number(formatHours(minutes)).toFixed(Math.max(2, decimals));
}
