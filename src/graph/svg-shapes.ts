import { escapeMarkup } from './markup.ts';
import { shortenToColumns } from '../text/columns.ts';

/** Horizontal places of the picture, in pixels; the same for every lane. */
export const columns = { width: 960, client: [24, 124], controller: [408, 568], service: [788, 936] } as const;

export type Anchor = 'start' | 'middle' | 'end';

/** A text, cut in the middle where it would be longer than `most` characters. */
export function drawWords(
  x: number,
  y: number,
  words: string,
  options: { readonly anchor?: Anchor; readonly style?: string; readonly most: number },
): string {
  const names = [
    ...(options.anchor === undefined || options.anchor === 'start' ? [] : [options.anchor]),
    ...(options.style === undefined ? [] : [options.style]),
  ];
  const style = names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  return `<text x="${x}" y="${y}"${style}>${escapeMarkup(shortenToColumns(words, options.most))}</text>`;
}

/** A rounded box. */
export function drawBox([left, right]: readonly [number, number], top: number, height: number): string {
  return `<rect class="box" x="${left}" y="${top}" width="${right - left}" height="${height}" rx="8"/>`;
}

/** A line of TLS from one end to the other, with a dot at each; red where it cannot come about. */
export function drawTls(from: number, to: number, y: number, hasProblem: boolean): string {
  const style = hasProblem ? 'problem' : 'tls';
  const dots = [from, to].map((x) => `<circle class="${style}" cx="${x}" cy="${y}" r="7"/>`).join('');
  return `<path class="${style}" d="M${from} ${y}H${to}"/>${dots}`;
}

/** A broken line with an arrow: anybody on the way can read it. */
export function drawPlain(from: number, to: number, y: number): string {
  return `<path class="plain" d="M${from} ${y}H${to - 10}"/><path class="arrow plain" d="M${to} ${y}l-12 -6v12z"/>`;
}
