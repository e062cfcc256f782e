import { failure, type Result, success } from '../lib/result.ts';
import type { HostApi, SelectionShape, ViewCell } from '../protocol/hostApi.ts';
import type { Handlers } from '../protocol/link.ts';
import type { Watched } from './host.ts';
import type { View } from './view.ts';

const longestText = 1000;
const directions: readonly string[] = ['back', 'forward'];
const ends: readonly string[] = ['top', 'bottom'];
const shapes: readonly SelectionShape[] = ['characters', 'words', 'lines'];

/** What a link may ask of the views of its watches, which `find` gives by their channels. */
export function serveViews(
  find: (channel: number) => Watched | undefined,
): Handlers<Pick<HostApi, 'scroll' | 'search' | 'select' | 'copy'>> {
  /** What `act` gives, and a screen with what it changed. */
  async function onView<T>(channel: number, act: (view: View) => T | Promise<T>): Promise<Result<T>> {
    const watched = find(channel);
    if (!watched) return failure('bad_request', `Nothing is watched on channel ${channel}.`);
    const value = await act(watched.view);
    watched.watch.changed(true);
    return success(value);
  }

  return {
    scroll(params) {
      const isFit = 'to' in params ? ends.includes(params.to) : Number.isSafeInteger(params.by);
      if (!isFit) return failure('bad_request', 'A view scrolls by whole lines, or to its top or bottom.');
      return onView(params.channel, (view) => {
        if ('to' in params) view.scrollTo(params.to);
        else view.scrollBy(params.by);
        return view.scroll;
      });
    },
    search({ channel, text, direction }) {
      const isFit = typeof text === 'string' && text.length <= longestText && directions.includes(direction);
      if (!isFit)
        return failure(
          'bad_request',
          `A search wants at most ${longestText} characters, and back or forward.`,
        );
      return onView(channel, (view) => view.search(text, direction));
    },
    select(params) {
      const fault = params.to === null ? null : faultOf(params);
      if (fault !== null) return failure('bad_request', fault);
      return onView(params.channel, (view) => {
        if (params.to === null) view.clearSelection();
        else view.select(params.from, params.to, params.shape);
        return null;
      });
    },
    copy: ({ channel }) => onView(channel, (view) => view.copy()),
  };
}

function faultOf({ from, to, shape }: { from?: ViewCell; to: ViewCell; shape: SelectionShape }) {
  const isFit = isCell(to) && (from === undefined || isCell(from)) && shapes.includes(shape);
  return isFit ? null : 'A selection wants whole cells from 0, and characters, words or lines.';
}

function isCell(cell: ViewCell | null): boolean {
  return [cell?.x, cell?.y].every((side) => Number.isSafeInteger(side) && Number(side) >= 0);
}
