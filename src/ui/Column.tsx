import type { ReactNode } from 'react';
import type { ColumnView } from '../app/view/column.ts';
import { Frame } from './Frame.tsx';
import { Lines } from './Lines.tsx';
import { Place } from './Place.tsx';

/** One frame around two lists. */
export function Column({ column, color }: { column: ColumnView; color: boolean }): ReactNode {
  const { frame, fleet, divider, queue } = column;
  return (
    <>
      <Place rect={frame.rect}>
        <Frame frame={frame} color={color} />
      </Place>
      {[fleet, divider, queue].map(({ rect, lines }) => (
        <Place key={rect.y} rect={rect}>
          <Lines lines={lines} color={color} />
        </Place>
      ))}
    </>
  );
}
