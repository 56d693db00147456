import type { OutputStream } from '../../world/world.ts';

/**
 * How many characters stand on a line and lines on the screen; 80 and 24 where the terminal does not say: `ssh -tt` without a terminal of its
 * own and some CI runners have one of 0 by 0.
 */
export function terminalSize({ columns, rows }: Partial<Pick<OutputStream, 'columns' | 'rows'>>): {
  readonly columns: number;
  readonly rows: number;
} {
  return { columns: isSize(columns) ? columns : 80, rows: isSize(rows) ? rows : 24 };
}

function isSize(count: number | undefined): count is number {
  return count !== undefined && count > 0;
}
